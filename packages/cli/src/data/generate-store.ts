import type { Session } from '../session.js';
import { generatorOptionsOf } from './generator-flags.js';
import { importProgress } from './import-progress.js';
import { formatSummary } from './format-store.js';

/** Generates a data set into a store and tells its ceiling. */
export async function generateStore(session: Session, given: Readonly<Record<string, string>>): Promise<void> {
  const options = await generatorOptionsOf(given);
  const { createGeneratedReader, importDataset, openStore } = await import('@gramkit/data');
  const file = given['output']!;
  const interactions = options.interactions ?? options.users * options.interactionsPerUser;
  const summary = await importDataset(createGeneratedReader(options), file, { signal: session.signal, onProgress: importProgress(session, interactions) });
  const store = await openStore(file);
  try {
    const ceiling = (await store.ceiling()) ?? null;
    session.print({ store: file, ...summary, ceiling }, formatSummary(file, summary, ceiling));
  } finally {
    store.close();
  }
}
