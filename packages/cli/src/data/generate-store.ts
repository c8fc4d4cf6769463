import { rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { DatasetReader } from '@gramkit/spec';
import type { GeneratorOptions, NewsOptions, Store } from '@gramkit/data';
import type { GenerateOptions } from '../commands/data.js';
import type { Session } from '../session.js';
import { generatorOptionsOf } from './generator-flags.js';
import { kindAmong, type GeneratorKind } from './generators.js';
import { importProgress } from './import-progress.js';
import { formatSummary } from './format-store.js';

/** Generates a data set into a store, or into Parquet files by way of a store, and tells its ceiling. */
export async function generateStore(session: Session, given: GenerateOptions): Promise<void> {
  const kind = kindAmong(given.kind === undefined ? [] : ['--kind', given.kind]);
  const { reader, events } = await generatorOf(kind, await generatorOptionsOf(kind, given));
  const { output, overwrite = false } = given;
  const { requireFree } = await import('@gramkit/data');
  requireFree(output, overwrite);
  if (!output.endsWith('.parquet')) return generateInto(output, output, session, reader, events);
  const store = `${resolve(output)}.${process.pid}.duckdb`;
  try {
    await generateInto(store, output, session, reader, events, exportStore);
  } finally {
    await rm(store, { force: true });
  }
}

/** The reader of a generated set, and how many answers or impressions it will give. */
async function generatorOf(kind: GeneratorKind, options: unknown): Promise<{ readonly reader: DatasetReader; readonly events: number }> {
  const { audienceSize, createGeneratedNewsReader, createGeneratedReader, populationSize } = await import('@gramkit/data');
  if (kind === 'news') return { reader: createGeneratedNewsReader(options as NewsOptions), events: audienceSize(options as NewsOptions).impressions };
  return { reader: createGeneratedReader(options as GeneratorOptions), events: populationSize(options as GeneratorOptions).interactions };
}

async function generateInto(file: string, output: string, session: Session, reader: DatasetReader, events: number, use?: (store: Store, output: string, session: Session) => Promise<void>): Promise<void> {
  const { importDataset, openStore } = await import('@gramkit/data');
  const summary = await importDataset(reader, file, { signal: session.signal, onProgress: importProgress(session, events) });
  const store = await openStore(file);
  try {
    await use?.(store, output, session);
    const ceiling = (await store.ceiling()) ?? null;
    session.print({ store: output, ...summary, ceiling }, formatSummary(output, summary, ceiling));
  } finally {
    store.close();
  }
}

async function exportStore(store: Store, output: string, session: Session): Promise<void> {
  const { exportImpressions, exportParquet } = await import('@gramkit/data');
  session.display.message('info', 'writing Parquet');
  await (store.summary.impressions === undefined ? exportParquet : exportImpressions)(store, output);
}
