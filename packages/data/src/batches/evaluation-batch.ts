import type { Batch } from '@gramkit/spec';

/** A batch of evaluation, and whose predictions it asks for: the bootstrap draws users anew. */
export interface EvaluationBatch extends Batch {
  /** Store number of a user. Knowledge tracing: int32 `[rows * length]`, of each position, -1 at padding. Recommendation: int32 `[rows]`, of each impression. */
  readonly users: Int32Array;
}
