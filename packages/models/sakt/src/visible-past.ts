import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';

/** What is added to the score of a position that may not be seen: `e^` of it is 0. */
const never = -1e9;

/** What each position of a past may see, and where it stands in its window. The first dimension is 1 where every row has the same. */
export interface VisiblePast {
  /** `[rows or 1, 1, steps, steps]`: 0 where the query in the third dimension sees the key in the fourth, -1e9 where not. */
  readonly additive: Tensor4D;
  /** int32 `[rows or 1, steps]`: position within the window, counted from 0. */
  readonly positions: Tensor2D;
}

/**
 * Each position sees itself and those before it in its window.
 * @param starts float32 `[rows, steps]`, 1 where a window begins; absent where each row is one window.
 */
export function visiblePast(steps: number, starts: Tensor2D | undefined): VisiblePast {
  const place = tf.range(0, steps, 1, 'int32');
  const behind = tf.greaterEqual(tf.reshape(place, [steps, 1]), tf.reshape(place, [1, steps]));
  if (starts === undefined) return { additive: additiveMask(tf.reshape(behind, [1, steps, steps])), positions: tf.reshape(place, [1, steps]) };
  const rows = starts.shape[0];
  const window = tf.cumsum(starts, 1);
  const together = tf.equal(tf.reshape(window, [rows, steps, 1]), tf.reshape(window, [rows, 1, steps]));
  const visible = tf.logicalAnd(together, behind);
  return { additive: additiveMask(visible), positions: tf.cast<Tensor2D>(tf.sub<Tensor2D>(tf.sum(tf.cast(visible, 'float32'), 2), 1), 'int32') };
}

/** `[rows, steps, steps]` for all heads alike. */
function additiveMask(visible: Tensor): Tensor4D {
  const [rows, steps] = visible.shape as [number, number];
  return tf.reshape(tf.mul(tf.sub(1, tf.cast(visible, 'float32')), never), [rows, 1, steps, steps]);
}
