import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';

/** Below any state of an LSTM, which lies in (-1, 1). */
const belowStates = 2;

/**
 * The greatest state of each unit over the words of an item: `[length, items, hidden]` and `isWord` float32 `[length, items]` (1 at words, 0 at
 * padding, at least one word an item) to `[items, hidden]`. Where several are greatest they share the gradient alike, as in PyTorch's `amax`.
 */
export function maximumOverTime(states: Tensor3D, isWord: Tensor2D): Tensor2D {
  const compute = tf.customGrad((...given) => {
    const [values, save] = given as unknown as [Tensor3D, tf.GradSaveFunc];
    const word = tf.expandDims(isWord, 2);
    const masked = tf.add(tf.mul(values, word), tf.mul(tf.sub(word, 1), belowStates));
    const greatest = tf.max(masked, 0, true);
    const reached = tf.cast(tf.equal(masked, greatest), 'float32');
    save([tf.div(reached, tf.sum(reached, 0, true))]);
    return {
      value: tf.reshape(greatest, [values.shape[1], values.shape[2]]),
      gradFunc: (gradient: Tensor, [share]: Tensor[]) => tf.mul(share!, tf.expandDims(gradient, 0)),
    };
  });
  return compute(states) as Tensor2D;
}
