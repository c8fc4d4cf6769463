import * as tf from '@tensorflow/tfjs-core';
import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import { loadEngine } from '@gramkit/engine-tensorflow';
import { beforeAll, describe, expect, it } from 'vitest';
import { biasGelu, plainBiasGelu } from './bias-gelu.js';
import { draw, expectSameFunction } from './testing/same-function.js';

beforeAll(async () => void (await loadEngine()));

/** The error function in double precision: its Taylor series, which converges everywhere and cancels little up to 3. */
function erf(x: number): number {
  let [term, sum] = [x, x];
  for (let n = 1; n < 100; n++) {
    term *= (-x * x) / n;
    sum += term / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
}

describe('biasGelu', () => {
  it.each([[7, 9], [100, 48], [1, 1536]])('is the GELU of the sum, forwards and backwards, of %d rows and %d columns', (rows, columns) => {
    expectSameFunction(
      (product, bias) => biasGelu(product as Tensor2D, bias as Tensor1D), (product, bias) => plainBiasGelu(product as Tensor2D, bias as Tensor1D),
      [draw([rows, columns], 1), draw([columns], 2)],
    );
  });

  it('has the normal distribution function exact to 2e-7', () => {
    const points = Array.from({ length: 2001 }, (_, index) => (index - 1000) * 0.004);
    const values = biasGelu(tf.tensor2d(points, [1, points.length]), tf.zeros([points.length])).dataSync();
    points.forEach((point, index) => {
      if (point === 0) return expect(values[index]).toBe(0);
      const x = Math.fround(point);
      expect(Math.abs(values[index]! / x - (0.5 + 0.5 * erf(x / Math.SQRT2)))).toBeLessThan(2e-7);
    });
  });

  it('is the identity far to the right and 0 far to the left', () => {
    expect([...biasGelu(tf.tensor2d([[30, -30, 1e10, -1e10]]), tf.zeros([4])).dataSync()]).toEqual([30, expect.closeTo(0, 5), Math.fround(1e10), expect.closeTo(0, 5)]);
  });

  it('refuses a bias of another length', () => {
    expect(() => biasGelu(draw([2, 3], 1) as Tensor2D, draw([4], 1) as Tensor1D)).toThrow(/inputs are not \[rows, columns\] and \[columns\]/);
  });
});
