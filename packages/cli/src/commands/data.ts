import type { Command } from 'commander';
import { generatorKinds, kindAmong } from '../data/generators.js';
import { repeatable } from '../runs/repeatable.js';
import type { Session } from '../session.js';
import { positiveInteger } from './positive-integer.js';

/** What `gram data import` is given. */
export interface ImportOptions {
  readonly reader?: string;
  readonly set: readonly string[];
  readonly output: string;
  readonly overwrite?: true;
}

/** What `gram data generate` is given: beside these, a text for every flag of the generator. */
export interface GenerateOptions {
  readonly kind?: string;
  readonly output: string;
  readonly overwrite?: true;
  readonly [flag: string]: string | true | undefined;
}

/** `gram data …` */
export function addData(program: Command, session: Session): void {
  const data = program.command('data').description('bring data sets into a store, generate one, look into one');
  addImport(data, session);
  addGenerate(data, session);
  addInspect(data, session);
}

function addImport(data: Command, session: Session): void {
  data
    .command('import')
    .description('read a data set in its own format into a store: one file, streamed, larger than memory if need be')
    .argument('[config]', 'YAML file whose data section says what to read (or: --reader)')
    .option('--reader <name>', 'the reader, for instance assistments, tabular or generated; its options with --set')
    .option('--set <option=value>', "an option of the reader, for instance path=data/assist2009, or with CONFIG a setting such as data.path=…; may be repeated", repeatable, [])
    .requiredOption('--output <store>', 'the file of the store')
    .option('--overwrite', 'replace a store that is there')
    .action(async (config: string | undefined, options: ImportOptions) => {
      const { importIntoStore } = await import('../data/import-into-store.js');
      await importIntoStore(session, config, options);
    });
}

/** The flags are the generator's options: they are added once it is known that the generator is asked for. */
function addGenerate(data: Command, session: Session): void {
  const generate = data
    .command('generate')
    .description('generate a data set whose text explains its answers or clicks, and tell what knowing the true probabilities would give')
    .requiredOption('--output <store>', 'the file of the store; NAME.parquet: a folder of Parquet files that the reader tabular (of news: impressions) reads')
    .option('--overwrite', 'replace an output that is there')
    .option('--kind <kind>', `${generatorKinds.join(' or ')}: decides the options below (default: ${generatorKinds[0]})`)
    .action(async (options: GenerateOptions) => {
      const { generateStore } = await import('../data/generate-store.js');
      await generateStore(session, options);
    });
  data.hook('preSubcommand', async (_, subcommand) => {
    if (subcommand !== generate) return;
    const { addGeneratorFlags } = await import('../data/generator-flags.js');
    await addGeneratorFlags(generate, kindAmong(program(data).rawArgs));
  });
}

/** The command at the root, which knows the words that were given. */
function program(command: Command): Command & { readonly rawArgs: readonly string[] } {
  return (command.parent === null ? command : program(command.parent)) as Command & { readonly rawArgs: readonly string[] };
}

function addInspect(data: Command, session: Session): void {
  data
    .command('inspect')
    .description('sizes, lengths, balance and examples of a store, and what GRAM can save on it')
    .argument('<store>', 'the file of the store')
    .option('--batch-size <histories>', 'of the batches that savings are estimated for (default: 32)', positiveInteger)
    .option('--window-length <interactions>', 'longest stretch of a history in a batch (default: 100; of impressions 50)', positiveInteger)
    .action(async (store: string, options: { batchSize?: number; windowLength?: number }) => {
      const { inspectStore } = await import('../data/inspect-store.js');
      await inspectStore(session, store, options);
    });
}
