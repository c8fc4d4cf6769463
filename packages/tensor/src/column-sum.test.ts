import * as tf from '@tensorflow/tfjs-core';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import { loadEngine } from '@gramkit/engine-tensorflow';
import { kernelNames } from '@gramkit/spec';
import { beforeAll, describe, expect, it } from 'vitest';
import { columnSum } from './column-sum.js';
import { draw } from './testing/same-function.js';

beforeAll(async () => void (await loadEngine()));

describe('columnSum', () => {
  it.each([[1, 5], [7, 16], [608, 37], [2048, 3]])('sums %d rows of %d columns as double precision does', (count, columns) => {
    const rows = draw([count, columns], 1) as Tensor2D;
    const values = rows.dataSync();
    columnSum(rows).dataSync().forEach((found, column) => {
      const exact = Array.from({ length: count }, (_, row) => values[row * columns + column]!).reduce((sum, value) => sum + value, 0);
      expect(Math.abs(found - exact)).toBeLessThan(1e-6 * count);
    });
  });

  it('is 0 of no rows', () => expect([...columnSum(tf.zeros([0, 3])).dataSync()]).toEqual([0, 0, 0]));

  it("is tfjs's sum where the engine has no kernel", () => {
    const rows = draw([30, 4], 1) as Tensor2D;
    const byKernel = columnSum(rows).dataSync();
    const kernel = tf.getKernel(kernelNames.columnSum, 'tensorflow');
    tf.unregisterKernel(kernelNames.columnSum, 'tensorflow');
    try {
      columnSum(rows).dataSync().forEach((value, index) => expect(value).toBeCloseTo(byKernel[index]!, 5));
    } finally {
      tf.registerKernel(kernel);
    }
  });
});
