import * as tf from '@tensorflow/tfjs-core';
import { loadEngine } from '@gramkit/engine-tensorflow';
import { beforeAll, describe, expect, it } from 'vitest';
import { globalNorm } from './global-norm.js';

describe('globalNorm', () => {
  beforeAll(async () => void (await loadEngine()));

  it('is the length of all gradients laid end to end, repeated rows added up and negative ones left out', () => {
    const rows = { rows: tf.tensor1d([7, -1, 2, 7, -1], 'int32'), values: tf.tensor2d([[1, 2], [50, 50], [0, 3], [2, -2], [50, 50]]) };
    const table = [3, 0, 0, 3];
    const norm = globalNorm([tf.tensor2d([[1, 2], [3, 4]]), tf.scalar(-2), rows]);
    expect(norm.dataSync()[0]).toBeCloseTo(Math.sqrt(1 + 4 + 9 + 16 + 4 + table.reduce((sum, value) => sum + value ** 2, 0)), 5);
  });

  it('is nothing without gradients, and leaves nothing behind', () => {
    const rows = { rows: tf.tensor1d([1, 1], 'int32'), values: tf.tensor2d([[1], [2]]) };
    const before = tf.memory().numTensors;
    const [none, some] = [globalNorm([]), globalNorm([rows])];
    expect([none.dataSync()[0], some.dataSync()[0]]).toEqual([0, 3]);
    expect(tf.memory().numTensors).toBe(before + 2);
  });
});
