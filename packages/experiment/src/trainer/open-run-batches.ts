import { openBatches, openClickBatches, openImpressionBatches, type EvaluationBatch, type EvaluationBatchesOptions, type Split, type SplitName, type Store, type TrainBatchesOptions } from '@gramkit/data';
import type { Batch, Json, SequenceModel } from '@gramkit/spec';
import type { ResolvedConfiguration } from '../configuration/resolved-configuration.js';

/** What the batches of every task have in common. */
export interface RunBatches {
  /** Rows of a part: windows of histories, or impressions. */
  windowCount(part: SplitName): number;
  stepsPerEpoch(batchSize: number): number;
  trainBatches(options: TrainBatchesOptions): AsyncIterable<Batch>;
  evaluationBatches(options: EvaluationBatchesOptions): AsyncIterable<EvaluationBatch>;
  /** uint8 `[items]`: 1 where training does not meet the item. */
  unseenItems(): Promise<Uint8Array>;
  close(): Promise<void>;
}

export interface OpenedBatches {
  readonly batches: RunBatches;
  /** Rows evaluated together; evaluation keeps no graph, so there is room for more than in training. */
  readonly evaluationBatchSize: number;
  /** How histories were made into rows, for `run.json`. */
  readonly record: Readonly<Record<string, Json>>;
}

/** The batches of a run's task. @throws GramkitError DATA_EMPTY where there is nothing to train on, DATA_MISMATCH where there is nothing to draw negatives from. */
export function openRunBatches(store: Store, split: Split, configuration: ResolvedConfiguration, model: Pick<SequenceModel, 'batchLayout'>): Promise<OpenedBatches> {
  if (store.summary.task === 'knowledge-tracing') return windows(store, split, configuration, model);
  return store.summary.impressions === undefined ? clicks(store, split, configuration) : impressions(store, split, configuration);
}

async function windows(store: Store, split: Split, { windowLength, training: { lengthMultiple } }: ResolvedConfiguration, model: Pick<SequenceModel, 'batchLayout'>): Promise<OpenedBatches> {
  const batches = await openBatches(store, split, { windowLength, lengthMultiple, layout: model.batchLayout ?? 'windows' });
  return { batches, evaluationBatchSize: 64, record: { windowLength, trainingWindows: batches.windowCount('train') } };
}

async function clicks(store: Store, split: Split, { seed, recommendation, training: { lengthMultiple } }: ResolvedConfiguration): Promise<OpenedBatches> {
  const batches = await openClickBatches(store, split, { seed, lengthMultiple, ...recommendation });
  return { batches, evaluationBatchSize: 256, record: { ...recommendation, trainingSamples: batches.windowCount('train'), testUsers: batches.windowCount('test') } };
}

async function impressions(store: Store, split: Split, { recommendation: { historyLength, negatives }, training: { lengthMultiple } }: ResolvedConfiguration): Promise<OpenedBatches> {
  const batches = await openImpressionBatches(store, split, { historyLength, negatives, lengthMultiple });
  const { droppedClicks } = batches;
  return { batches, evaluationBatchSize: 64, record: { historyLength, negatives, trainingSamples: batches.windowCount('train'), droppedClicks, testImpressions: batches.windowCount('test') } };
}
