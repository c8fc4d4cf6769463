import * as tf from '@tensorflow/tfjs-core';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import { loadEngine } from '@gramkit/engine-tensorflow';
import { beforeAll, describe, expect, it } from 'vitest';
import { gatherRows } from './gather-rows.js';

describe('gatherRows', () => {
  beforeAll(async () => void (await loadEngine()));

  const table = (): Tensor2D => tf.tensor2d([[1, 2], [3, 4], [5, 6]]);
  const references = () => tf.tensor2d([[2, 0, 2], [1, -1, -1]], [2, 3], 'int32');

  it('gives the rows, and row 0 for padding', () => {
    const rows = gatherRows(table(), references());
    expect(rows.shape).toEqual([2, 3, 2]);
    expect(Array.from(rows.dataSync())).toEqual([5, 6, 1, 2, 5, 6, 3, 4, 1, 2, 1, 2]);
  });

  it('sums the gradient over the references to a row', () => {
    const outputGradient = tf.tensor3d([1, 10, 2, 20, 3, 30, 4, 40, 0, 0, 0, 0], [2, 3, 2]);
    const gradient = tf.grad((rows) => tf.sum(tf.mul(gatherRows(rows as Tensor2D, references()), outputGradient)))(table());
    expect(Array.from(gradient.dataSync())).toEqual([2, 20, 4, 40, 4, 40]);
  });

  it('gives a row that nothing refers to a gradient of zeros', () => {
    const gradient = tf.grad((rows) => tf.sum(gatherRows(rows as Tensor2D, tf.tensor1d([1], 'int32'))))(table());
    expect(Array.from(gradient.dataSync())).toEqual([0, 0, 1, 1, 0, 0]);
  });
});
