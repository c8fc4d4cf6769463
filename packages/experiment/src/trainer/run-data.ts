import type { Batch, ItemContent, Json } from '@gramkit/spec';

/** The parts of a data set by user: what trains, what is looked at on the way, what is only tested on. */
export type Part = 'train' | 'validation' | 'test';

/** A data set as a run reads it: split, cut into batches, and the same at every opening. */
export interface RunData {
  readonly fingerprint: string;
  readonly counts: Readonly<Record<'items' | 'users' | 'interactions', number>>;
  /** How users were divided, for `run.json`. */
  readonly split: Readonly<Record<string, Json>>;
  readonly stepsPerEpoch: number;
  readonly hasValidation: boolean;
  readonly hasTest: boolean;
  /** One entry an item: 1 where a training user met it. */
  readonly seenInTraining: Uint8Array;
  /** AUC of the true probabilities on the test users; null where the data set does not know them. */
  readonly ceilingAuc: number | null;
  /** The catalogue; row = place in this list. */
  items(): Promise<readonly ItemContent[]>;
  /** The batches of an epoch (from 0) from one of them on, in an order that seed and epoch decide. */
  trainBatches(epoch: number, firstBatch: number): AsyncIterable<Batch>;
  evaluationBatches(part: 'validation' | 'test'): AsyncIterable<Batch>;
  close(): Promise<void>;
}
