import { Option, type Command } from 'commander';
import type { Session } from '../session.js';
import { repeatable } from '../runs/repeatable.js';

/** `gram train` */
export function addTrain(program: Command, session: Session): void {
  program
    .command('train')
    .description('train as a configuration says; Ctrl-C saves the state, --resume goes on from it')
    .argument('[config]', 'YAML file of the configuration (not with --resume)')
    .option('--set <path=value>', 'change a setting of the configuration, for instance training.epochs=3; may be repeated', repeatable, [])
    .option('--resume <run>', 'go on with the run in this folder, exactly where it stopped')
    .option('--overwrite', 'replace a run that is in the output folder already')
    .addOption(new Option('--tell-parent').hideHelp())
    .action(async (config: string | undefined, options: TrainOptions) => {
      const { train } = await import('../runs/train.js');
      await train(session, config, options);
    });
}

/** What the command line gives. */
export interface TrainOptions {
  readonly set: readonly string[];
  readonly resume?: string;
  readonly overwrite?: true;
  /** A comparison runs it in a process of its own: events go there. */
  readonly tellParent?: true;
}
