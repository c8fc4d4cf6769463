import * as tf from '@tensorflow/tfjs-core';
import type { Tensor2D } from '@tensorflow/tfjs-core';

/**
 * int32 `[batch, length]` as `[length, batch]`. Not by a transpose: TensorFlow asks oneDNN for one of integers, which complains on standard error
 * on every CPU without AVX-512.
 */
export function timeMajor(references: Tensor2D): Tensor2D {
  const [batch, length] = references.shape;
  const places = Int32Array.from({ length: batch * length }, (_, place) => (place % batch) * length + Math.floor(place / batch));
  return tf.tidy(() => tf.reshape<tf.Rank.R2>(tf.gather(tf.reshape(references, [batch * length]), tf.tensor1d(places, 'int32')), [length, batch]));
}
