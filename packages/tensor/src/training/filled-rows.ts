import * as tf from '@tensorflow/tfjs-core';
import type { Tensor2D } from '@tensorflow/tfjs-core';

/** `[count, dimension]` filled up to `[size, dimension]` with rows of zeros; the rows themselves where there are as many. */
export function filledRows(rows: Tensor2D, size: number): Tensor2D {
  const count = rows.shape[0];
  return count === size ? rows : tf.pad(rows, [[0, size - count], [0, 0]]);
}

/** The inverse of `filledRows`. */
export function firstRows(rows: Tensor2D, count: number): Tensor2D {
  return rows.shape[0] === count ? rows : tf.slice(rows, [0, 0], [count, rows.shape[1]]);
}
