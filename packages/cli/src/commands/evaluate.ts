import { Option, type Command } from 'commander';
import { repeatable } from '../runs/repeatable.js';
import type { Session } from '../session.js';

/** `gram evaluate` */
export function addEvaluate(program: Command, session: Session): void {
  program
    .command('evaluate')
    .description("quality of a run's best checkpoint on held-out users, with encodings of its own encoder")
    .argument('<run>', 'folder of the run')
    .addOption(new Option('--split <name>', 'which users').choices(['test', 'validation']).default('test'))
    .option('--set <path=value>', "another data set or split than the run's, for instance data.path=other; may be repeated", repeatable, [])
    .action(async (run: string, { split, set }: { split: 'test' | 'validation'; set: readonly string[] }) => {
      const { evaluateRun } = await import('@gramkit/experiment');
      const { formatEvaluation } = await import('../runs/format-report.js');
      const { display } = session;
      const logger = {
        metrics: () => {},
        message: (level: 'info' | 'warning', text: string) => display.message(level, text),
        progress: (part: string, done: number, total: number, unit: string) => display.progress(part, done, total, unit),
      };
      const evaluation = await evaluateRun(run, { split, overrides: set, logger, signal: session.signal });
      session.print(evaluation, formatEvaluation(evaluation));
    });
}
