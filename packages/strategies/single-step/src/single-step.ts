import { JointStrategy } from '@gramkit/tensor';
import type { TrainedPair } from '@gramkit/tensor';
import type { SingleStepOptions } from './options.js';

/**
 * Single-step GRAM: the `U` unique items of the batch are encoded once, their encodings gathered wherever they occur;
 * `g_u = dL/dh_u` is summed over the occurrences, and one encoder step follows `sum_u <g_u, dCE(c_u)/dtheta>`,
 * which is E2E's gradient exactly. Encoder work: `U` items a step, forward and backward (forward twice for what outgrows `graphMemory`).
 */
export class SingleStep extends JointStrategy {
  constructor(pair: TrainedPair, options: SingleStepOptions) {
    super('single-step', pair, options, (batch) => ({ rows: batch.itemIds, batch }));
  }
}
