import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';

/**
 * `[…, n, k]` times one matrix `[k, m]` gives `[…, n, m]`; with `transposeMatrix` the matrix is stored `[m, k]`.
 * tfjs's own product has no gradient where one side is repeated over a batch: here the rows of the whole batch are one matrix.
 */
export function matrixProduct(input: Tensor, matrix: Tensor2D, transposeMatrix = false): Tensor {
  const outer = input.shape.slice(0, -1);
  const rows = tf.reshape<tf.Rank.R2>(input, [tf.util.sizeFromShape(outer), input.shape.at(-1)!]);
  const product = tf.matMul(rows, matrix, false, transposeMatrix);
  return tf.reshape(product, [...outer, product.shape[1]!]);
}
