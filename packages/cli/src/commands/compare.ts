import type { Command } from 'commander';
import type { Session } from '../session.js';
import { repeatable } from '../runs/repeatable.js';

/** `gram compare` */
export function addCompare(program: Command, session: Session): void {
  program
    .command('compare')
    .description('train one configuration under several strategies, each in a process of its own, and compare cost and quality')
    .argument('<config>', 'YAML file of the configuration')
    .requiredOption('--strategies <names>', 'comma-separated, for instance frozen,end-to-end,single-step,multi-step:10,multi-step:1e', (names) => names.split(',').map((name) => name.trim()))
    .option('--limit <strategy=limit>', "cut a strategy's training, for instance end-to-end=30s or end-to-end=20steps; may be repeated", repeatable, [])
    .option('--set <path=value>', 'change a setting of the configuration; may be repeated', repeatable, [])
    .option('--output <dir>', 'folder of the runs, comparison.json and comparison.html')
    .action(async (config: string, options: CompareOptions) => {
      const { compare } = await import('../runs/compare.js');
      await compare(session, config, options);
    });
}

/** What the command line gives. */
export interface CompareOptions {
  readonly strategies: readonly string[];
  readonly limit: readonly string[];
  readonly set: readonly string[];
  readonly output?: string;
}
