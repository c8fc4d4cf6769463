import { Option, type Command } from 'commander';
import type { Session } from '../session.js';

/** `gram evaluate` */
export function addEvaluate(program: Command, session: Session): void {
  program
    .command('evaluate')
    .description("quality of a run's best checkpoint on held-out users, with encodings of its own encoder")
    .argument('<run>', 'folder of the run')
    .addOption(new Option('--split <name>', 'which users').choices(['test', 'validation']).default('test'))
    .action(async (run: string, { split }: { split: 'test' | 'validation' }) => {
      const { evaluateRun } = await import('@gramkit/experiment');
      const { formatEvaluation } = await import('../runs/format-report.js');
      const { display } = session;
      const logger = {
        metrics: () => {},
        message: (level: 'info' | 'warning', text: string) => display.message(level, text),
        progress: (part: string, done: number, total: number, unit: string) => display.progress(part, done, total, unit),
      };
      const evaluation = await evaluateRun(run, { split, logger });
      session.print(evaluation, formatEvaluation(evaluation));
    });
}
