import type { DeviceTensors, HostTensors } from './host-tensor.js';

/**
 * A batch of user histories.
 *
 * Knowledge tracing: `references.items` int32 `[batch, length]`; `fields.responses` float32 `[batch, length]` (0 or 1, 0 at padding)
 * and `fields.lengths` int32 `[batch]`. Position `t+1` is predicted from positions `0..t`.
 *
 * Every task, optional: `fields.weight` float32 `[]`, what a strategy multiplies the gradients of the batch's mean loss by (1 where it is
 * left out), so that every prediction of an epoch counts alike although batches hold unlike numbers of them.
 */
export interface Batch {
  /** int32 `[unique]`: catalogue rows of the unique items, in order of first occurrence. */
  readonly itemIds: Int32Array;
  /** Named integer arrays that point to rows of `itemIds`; -1 marks padding. A strategy may re-point them without knowing the task. */
  readonly references: HostTensors;
  /** What else the model reads: responses, lengths, impressions. */
  readonly fields: HostTensors;
}

/** The same on the device, as a sequence model reads it. */
export interface DeviceBatch {
  readonly references: DeviceTensors;
  readonly fields: DeviceTensors;
}
