import type { Command } from 'commander';
import type { Session } from '../session.js';
import { repeatable } from '../runs/repeatable.js';
import { positiveInteger } from './positive-integer.js';

/** `gram compare` */
export function addCompare(program: Command, session: Session): void {
  program
    .command('compare')
    .description('train one configuration under several strategies, each in a process of its own, and compare cost and quality')
    .argument('<config>', 'YAML file of the configuration')
    .requiredOption('--strategies <names>', 'comma-separated: strategies, such as frozen,end-to-end,single-step,multi-step:10,multi-step:1e, and the baselines no-content, no-finetune and eernn', (names) => names.split(',').map((name) => name.trim()))
    .option('--variant <name=settings>', "a name for other settings, to be used in --strategies: 'small=model.hidden=64,strategy=single-step'; may be repeated", repeatable, [])
    .option('--seeds <number>', 'train each with so many seeds, from the configuration\'s on', positiveInteger, 1)
    .option('--limit <strategy=limit>', "cut a strategy's training, for instance end-to-end=30s or end-to-end=20steps; may be repeated", repeatable, [])
    .option('--set <path=value>', 'change a setting of the configuration; may be repeated', repeatable, [])
    .option('--output <dir>', 'folder of the runs, comparison.json, comparison.md and comparison.html')
    .option('--overwrite', 'train every run anew; otherwise those in the output folder that are done are taken as they are')
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
  readonly variant: readonly string[];
  readonly seeds: number;
  readonly overwrite?: true;
  readonly output?: string;
}
