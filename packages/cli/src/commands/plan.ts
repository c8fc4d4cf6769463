import { Option, type Command } from 'commander';
import { repeatable } from '../runs/repeatable.js';
import type { Session } from '../session.js';
import { positiveInteger } from './positive-integer.js';

const standardStrategies = ['frozen', 'end-to-end', 'single-step', 'multi-step:10', 'multi-step:0.5e', 'multi-step:1e'];

/** `gram plan` */
export function addPlan(program: Command, session: Session): void {
  program
    .command('plan')
    .description('predict what training costs under several strategies, from a short calibration of each in a process of its own, and recommend one')
    .argument('<config>', 'YAML file of the configuration')
    .option('--strategies <names>', 'comma-separated', (names) => names.split(',').map((name) => name.trim()), standardStrategies)
    .option('--seconds <seconds>', 'for the steps of each calibration; loading and compiling come on top', positiveInteger, 60)
    .option('--batches <batches>', 'of the first epoch, to take R and lengths from', positiveInteger, 200)
    .option('--set <path=value>', 'change a setting of the configuration; may be repeated', repeatable, [])
    .addOption(new Option('--calibrate <strategy>').hideHelp())
    .action(async (config: string, options: PlanOptions) => {
      const { plan } = await import('../runs/plan.js');
      await plan(session, config, options);
    });
}

/** What the command line gives. */
export interface PlanOptions {
  readonly strategies: readonly string[];
  readonly seconds: number;
  readonly batches: number;
  readonly set: readonly string[];
  /** A plan runs itself in a process of its own with it: CONFIG's own strategy, by this name, is calibrated for the parent. */
  readonly calibrate?: string;
}
