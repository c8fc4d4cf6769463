import { GramkitError } from '@gramkit/spec';
import type { ImportOptions } from '../commands/data.js';
import type { Session } from '../session.js';
import { formatSummary } from './format-store.js';
import { importProgress } from './import-progress.js';

/** Reads a data set into a store and prints what was read. */
export async function importIntoStore(session: Session, config: string | undefined, options: ImportOptions): Promise<void> {
  const { importDataset, requireFree } = await import('@gramkit/data');
  const reader = await readerOf(config, options);
  try {
    requireFree(options.output, options.overwrite ?? false);
    const summary = await importDataset(reader, options.output, { signal: session.signal, onProgress: importProgress(session) });
    session.print({ store: options.output, ...summary }, formatSummary(options.output, summary, null));
  } finally {
    reader.dispose();
  }
}

/** The reader that a configuration's data section names, or `--reader` with its options. */
async function readerOf(config: string | undefined, { reader, set }: ImportOptions) {
  if ((config === undefined) === (reader === undefined)) {
    const found = config === undefined ? 'neither CONFIG nor --reader is given' : 'both CONFIG and --reader are given';
    throw new GramkitError('USAGE', found, { fix: 'npx gram data import CONFIG.yaml --output STORE, or npx gram data import --reader assistments --set path=FOLDER --output STORE' });
  }
  const { createReader, readConfiguration, readerDocument } = await import('@gramkit/experiment');
  return createReader(config === undefined ? readerDocument(reader!, set, process.cwd()) : await readConfiguration(config, { overrides: set }));
}
