import type { EvaluationBatch } from '@gramkit/data';
import type { Batch, ItemContent, Json, Task } from '@gramkit/spec';

/** The parts of a data set: what trains, what is looked at on the way, what is only tested on. */
export type Part = 'train' | 'validation' | 'test';

/** A data set as a run reads it: split, cut into batches, and the same at every opening. */
export interface RunData {
  readonly task: Task;
  readonly fingerprint: string;
  readonly counts: Readonly<Record<'items' | 'users' | 'interactions', number>>;
  /** How the data set was divided and made into rows of batches, for `run.json`. */
  readonly split: Readonly<Record<string, Json>>;
  readonly stepsPerEpoch: number;
  readonly hasValidation: boolean;
  readonly hasTest: boolean;
  /** One entry an item: 1 where training meets it in a history or as what came next. */
  readonly seenInTraining: Uint8Array;
  /** AUC of the true probabilities on the test users; null where the data set does not know them. */
  readonly ceilingAuc: number | null;
  /** The catalogue; row = place in this list. */
  items(): Promise<readonly ItemContent[]>;
  /** The batches of an epoch (from 0) from one of them on, in an order that seed and epoch decide. */
  trainBatches(epoch: number, firstBatch: number): AsyncIterable<Batch>;
  evaluationBatches(part: 'validation' | 'test'): AsyncIterable<EvaluationBatch>;
  close(): Promise<void>;
}
