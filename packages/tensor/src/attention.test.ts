import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import { loadEngine } from '@gramkit/engine-tensorflow';
import { beforeAll, describe, expect, it } from 'vitest';
import { type AttentionMasks, multiHeadAttention } from './attention.js';
import { draw, expectSameFunction } from './testing/same-function.js';

beforeAll(async () => void (await loadEngine()));

const layout = { items: 3, length: 4, heads: 2 };
const dimension = 6;
const rows = layout.items * layout.length;

/** One head of one item at a time, in tfjs's own operations. */
function reference(queries: Tensor, keys: Tensor, values: Tensor, { additive, dropout }: AttentionMasks): Tensor {
  const { items, length, heads } = layout;
  const width = dimension / heads;
  const everywhere = tf.broadcastTo(additive, [items, heads, length, length]);
  const square = (mask: Tensor, item: number, head: number) => tf.reshape(tf.slice(mask, [item, head, 0, 0], [1, 1, length, length]), [length, length]);
  const part = (of: Tensor, item: number, head: number) => tf.slice(of as Tensor2D, [item * length, head * width], [length, width]);
  return tf.concat(Array.from({ length: items }, (_, item) => tf.concat(Array.from({ length: heads }, (__, head) => {
    const scores = tf.div(tf.matMul(part(queries, item, head), part(keys, item, head), false, true), Math.sqrt(width));
    const probabilities = tf.softmax(tf.add(scores, square(everywhere, item, head)));
    return tf.matMul(dropout === undefined ? probabilities : tf.mul(probabilities, square(dropout, item, head)), part(values, item, head));
  }), 1)), 0);
}

const projections = () => [1, 2, 3].map((seed) => draw([rows, dimension], seed));
const attend = (masks: AttentionMasks) => (...given: Tensor[]) => {
  const [queries, keys, values] = given as [Tensor2D, Tensor2D, Tensor2D];
  return multiHeadAttention(queries, keys, values, layout, masks);
};

/** Item 0 has four tokens, item 1 one, item 2 three. */
const padding = () => tf.tensor([0, 0, 0, 0, 0, -1e9, -1e9, -1e9, 0, 0, 0, -1e9], [3, 1, 1, 4]);

describe('multiHeadAttention', () => {
  it('has the values and the gradient of its equation under a padding mask', () => {
    const masks = { additive: padding() };
    expectSameFunction(attend(masks), (queries, keys, values) => reference(queries!, keys!, values!, masks), projections());
  });

  it('has them with dropout of probabilities, and under a causal mask', () => {
    const dropout = tf.mul(tf.cast(tf.greater(draw([3, 2, 4, 4], 8), -0.5), 'float32'), 1.5);
    const causal = tf.tensor([0, -1e9, -1e9, -1e9, 0, 0, -1e9, -1e9, 0, 0, 0, -1e9, 0, 0, 0, 0], [1, 1, 4, 4]);
    const masks = { additive: causal, dropout };
    expectSameFunction(attend(masks), (queries, keys, values) => reference(queries!, keys!, values!, masks), projections());
  });

  it('takes nothing of a masked key or value, exactly', () => {
    const [queries, keys, values] = projections() as [Tensor2D, Tensor2D, Tensor2D];
    const before = multiHeadAttention(queries, keys, values, layout, { additive: padding() }).dataSync();
    const away = tf.tensor2d(Array.from({ length: rows }, (_, row) => ([5, 6, 7, 11].includes(row) ? 1000 : 0)), [rows, 1]);
    const after = multiHeadAttention(queries, tf.add(keys, away), tf.add(values, away), layout, { additive: padding() }).dataSync();
    expect(after).toEqual(before);
  });
});
