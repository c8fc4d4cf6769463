import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor1D, Tensor3D } from '@tensorflow/tfjs-core';

/**
 * Where each position of a time-major batch finds its opposite: int32 `[length * items]`, rows of `[length * items, …]`. Word `t` of an
 * item with n words and word `n - 1 - t` change places; padding stays behind them.
 * @param lengths int32 `[items]`
 */
export function reversedPositions(lengths: Tensor1D, length: number): Tensor1D {
  const items = lengths.shape[0];
  const time = tf.expandDims(tf.range(0, length, 1, 'int32'), 1); // [length, 1]
  const words = tf.expandDims(lengths, 0); // [1, items]
  const isWord = tf.cast(tf.less(time, words), 'int32');
  // t + (n - 1 - 2 t) at words, t at padding.
  const opposite = tf.add(time, tf.mul(isWord, tf.sub(tf.sub(words, tf.scalar(1, 'int32')), tf.mul(time, tf.scalar(2, 'int32')))));
  const rows = tf.add(tf.mul(opposite, tf.scalar(items, 'int32')), tf.expandDims(tf.range(0, items, 1, 'int32'), 0));
  return tf.reshape(rows, [length * items]);
}

/** Each item's words in the opposite order: `[length, items, size]`, by `reversedPositions`. Its gradient is turned round alike, since twice is not at all. */
export function reverseWords(rows: Tensor3D, positions: Tensor1D): Tensor3D {
  const turn = (values: Tensor, at: Tensor1D) => tf.reshape(tf.gather(tf.reshape(values, [at.shape[0], values.shape[2]!]), at), values.shape);
  const compute = tf.customGrad((...given) => {
    const [values, save] = given as unknown as [Tensor3D, tf.GradSaveFunc];
    save([positions]);
    return { value: turn(values, positions), gradFunc: (gradient: Tensor, [at]: Tensor[]) => turn(gradient, at as Tensor1D) };
  });
  return compute(rows) as Tensor3D;
}
