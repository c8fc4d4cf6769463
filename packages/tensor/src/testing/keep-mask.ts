import * as tf from '@tensorflow/tfjs-core';
import type { Scalar, Tensor, Tensor1D } from '@tensorflow/tfjs-core';

/** `[rows, width]` of 0 and 1/(1-rate), out of seed, mask row and column alone. */
export function keepMask(seed: Scalar, maskRows: Tensor1D, width: number, rate: number): Tensor {
  const place = tf.add(tf.mul(tf.reshape(tf.cast(maskRows, 'float32'), [-1, 1]), 12.9898), tf.mul(tf.reshape(tf.range(0, width), [1, width]), 78.233));
  const noise = tf.mul(tf.sin(tf.add(place, tf.cast(tf.mod(seed, tf.scalar(1009, 'int32')), 'float32'))), 4375.5453);
  return tf.div(tf.cast(tf.greaterEqual(tf.sub(noise, tf.floor(noise)), rate), 'float32'), 1 - rate);
}
