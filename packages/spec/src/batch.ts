import type { DeviceTensors, HostTensors } from './host-tensor.js';

/** How the windows of a batch lie in its arrays: `windows`, one a row, padded at its end; `rows`, several may stand one after another in a row. */
export type BatchLayout = 'windows' | 'rows';

/**
 * A batch of user histories, cut into windows.
 *
 * Knowledge tracing: `references.items` int32 `[rows, length]` (-1 at padding), `fields.responses` float32 `[rows, length]` (0 or 1, 0 at padding)
 * and `fields.lengths` int32 `[rows]`, the positions in use, padding behind them. Position `t+1` of a window is predicted from its positions `0..t`.
 * In the layout `rows` also `fields.starts` float32 `[rows, length]`, 1 where a window begins and 0 elsewhere: nothing is predicted across a start.
 * A row may then be padding alone. Optional `fields.counted` float32 `[rows, length]`: 0 at positions that are history only, whose
 * prediction is neither trained on nor measured; absent: every prediction counts.
 *
 * Recommendation: one row an impression. `references.history` int32 `[rows, history]`, the clicked items before it, oldest first, and
 * `references.candidates` int32 `[rows, candidates]`, both -1 at padding, which stands at their ends; `fields.labels` float32
 * `[rows, candidates]`, 1 clicked, 0 not and at padding. In training a row has one clicked candidate, at column 0, and K negatives.
 * A history may be empty.
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
