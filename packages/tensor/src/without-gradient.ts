import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';

/**
 * What `compute` gives, as a constant: nothing inside is recorded or kept for a gradient. tfjs has no `stopGradient`;
 * an operation of its own without inputs does the same, and frees what frozen layers compute on the way.
 */
export function withoutGradient<Value extends Tensor>(compute: () => Value): Value {
  return tf.customGrad(() => ({ value: compute(), gradFunc: () => [] }))() as Value;
}
