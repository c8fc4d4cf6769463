import * as tf from '@tensorflow/tfjs-core';
import type { Tensor1D } from '@tensorflow/tfjs-core';
import type { EncoderPass } from '@gramkit/spec';

/** The offsets of items of these lengths. */
export function offsetsOf(lengths: readonly number[]): Tensor1D {
  let past = 0;
  return tf.tensor1d([0, ...lengths.map((length) => (past += length))], 'int32');
}

export function passOf(maskRows: readonly number[], seed = 1, training = true): EncoderPass {
  return { training, seed: tf.scalar(seed, 'int32'), maskRows: tf.tensor1d([...maskRows], 'int32') };
}
