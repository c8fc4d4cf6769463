import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import { loadEngine } from '@gramkit/engine-tensorflow';
import { beforeAll, describe, expect, it } from 'vitest';
import { matrixProduct } from './matmul.js';
import { draw, expectSameFunction } from './testing/same-function.js';

beforeAll(async () => void (await loadEngine()));

/** The product of every matrix of the batch by itself. */
function oneByOne(input: Tensor, matrix: Tensor, transpose: boolean): Tensor {
  const [batch, rows, columns] = input.shape as [number, number, number];
  return tf.stack(Array.from({ length: batch }, (_, index) =>
    tf.matMul(tf.reshape(tf.slice(input, [index, 0, 0], [1, rows, columns]), [rows, columns]), matrix as Tensor2D, false, transpose)));
}

describe('matrixProduct', () => {
  it.each([[false, [4, 5]], [true, [5, 4]]] as const)('of a batch with one matrix (stored transposed: %s) has the values and the gradient of single products', (transposed, shape) => {
    expectSameFunction(
      (input, matrix) => matrixProduct(input, matrix as Tensor2D, transposed),
      (input, matrix) => oneByOne(input!, matrix!, transposed),
      [draw([3, 2, 4], 1), draw(shape, 2)],
    );
  });

  it('keeps every outer dimension', () => {
    expect(matrixProduct(draw([2, 3, 2, 4], 1), draw([4, 7], 2) as Tensor2D).shape).toEqual([2, 3, 2, 7]);
    expect(matrixProduct(draw([0, 4], 1), draw([4, 7], 2) as Tensor2D).shape).toEqual([0, 7]);
  });
});
