import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { importDataset, type ImportProgress, openStore, type Split, splitStore, type Store } from '@gramkit/data';
import { type DatasetReader, isGramkitError, type ItemContent, type Json, type RunLogger, type SequenceModel } from '@gramkit/spec';
import type { ResolvedConfiguration } from '../configuration/resolved-configuration.js';
import { silentLogger } from '../run/run-log.js';
import { type OpenedBatches, openRunBatches } from './open-run-batches.js';
import type { RunData } from './run-data.js';

/** The parts of a run that its batches are for. */
export interface DataComponents {
  readonly reader: DatasetReader;
  /** Says how windows lie in a batch. */
  readonly model: Pick<SequenceModel, 'batchLayout'>;
}

export interface RunDataOptions {
  readonly logger?: RunLogger;
  /** Raised to stop an import; nothing of it stays. */
  readonly signal?: AbortSignal;
}

/**
 * The data set of a run, split and ready to be cut into batches of its task, for training and evaluation in the layout of its model. A data set is imported
 * once for every fingerprint of its reader and then kept in the cache. The caller closes it.
 * @throws GramkitError DATA_MALFORMED, DATA_MISSING, DATA_EMPTY; INTERRUPTED; OUTPUT_UNWRITABLE.
 */
export async function openRunData({ reader, model }: DataComponents, configuration: ResolvedConfiguration, options: RunDataOptions = {}): Promise<RunData> {
  const { cacheDirectory } = await import('@gramkit/engine-tensorflow');
  const store = await openImported(reader, join(cacheDirectory(), 'data'), options);
  try {
    const { by, test, validation } = configuration.split;
    const split = await splitStore(store, { seed: configuration.seed, by, validationFraction: validation, ...(test === undefined ? {} : { testFraction: test }) });
    return await runDataOf(store, split, await openRunBatches(store, split, configuration, model), configuration);
  } catch (error) {
    store.close();
    throw error;
  }
}

/**
 * The items of a data set in the order of their rows, imported as `openRunData` imports it.
 * @throws GramkitError as `openRunData` does.
 */
export async function readItems(reader: DatasetReader, options: RunDataOptions = {}): Promise<readonly ItemContent[]> {
  const { cacheDirectory } = await import('@gramkit/engine-tensorflow');
  const store = await openImported(reader, join(cacheDirectory(), 'data'), options);
  try {
    return await store.items();
  } finally {
    store.close();
  }
}

async function openImported(reader: DatasetReader, cache: string, options: RunDataOptions): Promise<Store> {
  const file = join(cache, `${reader.name}-${(await reader.fingerprint()).slice(0, 32)}.duckdb`);
  const kept = await openKept(file);
  if (kept !== undefined) return kept;
  const logger = options.logger ?? silentLogger;
  const { users, items, interactions, impressions, leftOut = {} } = await importDataset(reader, file, {
    onProgress: (progress) => reportImport(logger, progress),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  });
  logger.message('info', `imported ${impressions === undefined ? '' : `${impressions} impressions with `}${interactions} interactions of ${users} users with ${items} items`);
  for (const [reason, count] of Object.entries(leftOut)) logger.message('warning', `left out ${count} ${reason}`);
  return openStore(file);
}

/** A store that was imported before; nothing where there is none, or one that this version cannot read. */
async function openKept(file: string): Promise<Store | undefined> {
  if (!existsSync(file)) return undefined;
  try {
    return await openStore(file);
  } catch (error) {
    if (isGramkitError(error) && (error.code === 'DATA_MISMATCH' || error.code === 'DATA_MALFORMED')) return undefined;
    throw error;
  }
}

/** How many there will be is not known before they are read: the total is 0 until the end. */
function reportImport(logger: RunLogger, { part, done }: ImportProgress): void {
  if (part === 'items' || part === 'interactions' || part === 'impressions') logger.progress(`importing ${part}`, done, 0, part);
}

/** How a data set was divided and how much each part has; seed and shares are in the configuration, and the fingerprint says whether another division is the same. */
function describeSplit({ by, testSource, users, events, items, fingerprint }: Split): Record<string, Json> {
  return { by, testSource, users: { ...users }, events: { ...events }, ...(items && { items: { ...items } }), fingerprint };
}

async function runDataOf(store: Store, split: Split, { batches, evaluationBatchSize, record }: OpenedBatches, { seed, training }: ResolvedConfiguration): Promise<RunData> {
  const { batchSize, lengthPool } = training;
  const { task, fingerprint, items, users, interactions } = store.summary;
  const unseen = await batches.unseenItems();
  const ceiling = split.testSource === 'dataset' ? await store.ceiling() : undefined;
  return {
    task,
    fingerprint,
    counts: { items, users, interactions },
    split: { ...describeSplit(split), ...record },
    stepsPerEpoch: batches.stepsPerEpoch(batchSize),
    hasValidation: batches.windowCount('validation') > 0,
    hasTest: batches.windowCount('test') > 0,
    seenInTraining: unseen.map((flag) => 1 - flag),
    ceilingAuc: ceiling?.auc ?? null,
    items: () => store.items(),
    trainBatches: (epoch, startBatch) => batches.trainBatches({ seed, epoch, batchSize, lengthPool, startBatch }),
    evaluationBatches: (part) => batches.evaluationBatches({ split: part, batchSize: evaluationBatchSize }),
    close: async () => {
      await batches.close();
      store.close();
    },
  };
}
