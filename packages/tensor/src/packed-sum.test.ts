import * as tf from '@tensorflow/tfjs-core';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import { loadEngine } from '@gramkit/engine-tensorflow';
import { beforeAll, describe, expect, it } from 'vitest';
import { packedSum, plainPackedSum } from './packed-sum.js';
import { offsetsOf } from './testing/packed.js';
import { draw, expectSameFunction } from './testing/same-function.js';

beforeAll(async () => void (await loadEngine()));

describe('packedSum', () => {
  it('sums the rows of each item, of an empty one to 0, and leaves padding out', () => {
    const rows = tf.tensor2d([[1, 2], [3, 4], [5, 6], [7, 8], [100, 100]]);
    const offsets = offsetsOf([0, 3, 0, 1]);
    expect(packedSum(rows, offsets).arraySync()).toEqual([[0, 0], [9, 12], [0, 0], [7, 8]]);
    const gradient = tf.grad((given) => packedSum(given as Tensor2D, offsets))(rows, tf.tensor2d([[9, 9], [1, 2], [9, 9], [3, 4]]));
    expect(gradient.arraySync()).toEqual([[1, 2], [1, 2], [1, 2], [3, 4], [0, 0]]);
  });

  it('is the plain one, forwards and backwards', () => {
    const offsets = offsetsOf([7, 0, 40, 1]);
    expectSameFunction((rows) => packedSum(rows as Tensor2D, offsets), (rows) => plainPackedSum(rows as Tensor2D, offsets), [draw([50, 37], 1)]);
  });

  it('refuses offsets past the rows, and no offsets at all', () => {
    expect(() => packedSum(draw([3, 2], 1) as Tensor2D, offsetsOf([4])).dataSync()).toThrow(/offsets reach row 4 of 3/);
    expect(() => packedSum(draw([3, 2], 1) as Tensor2D, tf.tensor1d([1, 3], 'int32')).dataSync()).toThrow(/offsets do not ascend from 0/);
  });
});
