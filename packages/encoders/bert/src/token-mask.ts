import * as tf from '@tensorflow/tfjs-core';
import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';

/** Large enough that a probability of the softmax is exactly zero in float32. */
const never = 1e9;

/** Which positions of a padded batch hold tokens. */
export interface TokenMask {
  /** float32 `[items]` */
  readonly lengths: Tensor1D;
  /** float32 `[items, length]`: 1 at a token, 0 at padding. */
  readonly real: Tensor2D;
  /** float32 `[items, length]`: 0 at a token, a large negative number at padding, to be added to scores. */
  readonly additive: Tensor2D;
}

/** @param lengths int32 `[items]`, each at least 1. */
export function tokenMask(lengths: Tensor1D, length: number): TokenMask {
  const positions = tf.range(0, length, 1, 'int32');
  const real = tf.cast<Tensor2D>(tf.less<Tensor2D>(tf.expandDims(positions, 0), tf.expandDims(lengths, 1)), 'float32');
  return { lengths: tf.cast(lengths, 'float32'), real, additive: tf.mul(tf.sub(real, 1), never) };
}
