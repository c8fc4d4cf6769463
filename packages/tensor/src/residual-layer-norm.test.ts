import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { loadEngine } from '@gramkit/engine-tensorflow';
import { beforeAll, describe, expect, it } from 'vitest';
import { plainResidualLayerNorm, residualLayerNorm } from './residual-layer-norm.js';
import { draw, expectSameFunction } from './testing/same-function.js';

beforeAll(async () => void (await loadEngine()));

type Norm = typeof residualLayerNorm;
const of = (norm: Norm, epsilon: number) => (input?: tf.Tensor, residual?: tf.Tensor, scale?: tf.Tensor, offset?: tf.Tensor) =>
  norm(input as Tensor2D, residual as Tensor2D, scale as Tensor1D, offset as Tensor1D, epsilon);

describe('residualLayerNorm', () => {
  it.each([[7, 9, 1e-12], [70, 384, 1e-12], [3, 85, 0.3]])('normalises the sum, forwards and backwards, of %d rows of %d with epsilon %d', (rows, dimension, epsilon) => {
    const inputs = [tf.add(draw([rows, dimension], 1), 3), draw([rows, dimension], 2), draw([dimension], 3), draw([dimension], 4)];
    expectSameFunction(of(residualLayerNorm, epsilon), of(plainResidualLayerNorm, epsilon), inputs);
  });

  it('keeps its accuracy where the mean is far greater than the deviation', () => {
    const input = tf.add(draw([4, 384], 1), 1000) as Tensor2D;
    const [rows, scale, offset] = [tf.zerosLike(input), tf.ones([384]) as Tensor1D, tf.zeros([384]) as Tensor1D];
    const found = residualLayerNorm(input, rows, scale, offset, 1e-12).dataSync();
    const values = input.dataSync();
    for (let row = 0; row < 4; row++) {
      const exact = [...values.slice(row * 384, (row + 1) * 384)];
      const mean = exact.reduce((sum, value) => sum + value, 0) / 384;
      const deviation = Math.sqrt(exact.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 384);
      exact.forEach((value, index) => expect(Math.abs(found[row * 384 + index]! - (value - mean) / deviation)).toBeLessThan(2e-4));
    }
  });

  it('refuses a residual of another shape', () => {
    expect(() => of(residualLayerNorm, 1e-12)(draw([3, 4], 1), draw([2, 4], 1), draw([4], 1), draw([4], 1))).toThrow(/residual has another shape/);
    expect(() => of(residualLayerNorm, 1e-12)(draw([3, 4], 1), draw([3, 4], 1), draw([5], 1), draw([4], 1))).toThrow(/scale and offset are not \[dimension\]/);
  });
});
