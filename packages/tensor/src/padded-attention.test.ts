import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import { loadEngine } from '@gramkit/engine-tensorflow';
import { beforeAll, describe, expect, it } from 'vitest';
import { multiHeadAttention } from './attention.js';
import { paddedAttention, plainPaddedAttention } from './padded-attention.js';
import { draw, expectSameFunction } from './testing/same-function.js';

beforeAll(async () => void (await loadEngine()));

const lengths = [4, 1, 0, 3];
const [length, heads, dimension] = [4, 2, 6];
const inputs = () => [1, 2, 3].map((seed) => draw([lengths.length * length, dimension], seed));
/** The contexts of positions that are no padding. */
const meaning = (contexts: Tensor) => tf.concat(lengths.map((used, row) => tf.slice(contexts as Tensor2D, [row * length, 0], [used, dimension])), 0);

describe.each([['by kernel', paddedAttention], ['out of operations', plainPaddedAttention]])('attention in padded rows, %s', (_, attend) => {
  const padded = (queries: Tensor, keys: Tensor, values: Tensor) => attend(queries as Tensor2D, keys as Tensor2D, values as Tensor2D, tf.tensor1d(lengths, 'int32'), heads);

  it('is that of each row alone, gradients too', () => {
    const alone = (...given: Tensor[]) => tf.concat(lengths.flatMap((used, row) => {
      if (used === 0) return [];
      const [queries, keys, values] = given.map((whole) => tf.slice(whole as Tensor2D, [row * length, 0], [used, dimension])) as [Tensor2D, Tensor2D, Tensor2D];
      return [multiHeadAttention(queries, keys, values, { items: 1, length: used, heads }, { additive: tf.zeros([1, 1, 1, used]) })];
    }), 0);
    expectSameFunction((queries, keys, values) => meaning(padded(queries!, keys!, values!)), alone, inputs());
  });

  it('is finite in the padding', () => {
    const [queries, keys, values] = inputs() as [Tensor, Tensor, Tensor];
    expect(padded(queries, keys, values).dataSync().every(Number.isFinite)).toBe(true);
  });
});
