import * as tf from '@tensorflow/tfjs-core';
import { loadEngine } from '@gramkit/engine-tensorflow';
import { beforeAll, expect, it } from 'vitest';
import { GrowingRows } from './growing-rows.js';

beforeAll(async () => void (await loadEngine()));

it('adds rows at its end, beyond its first room too, and changes them in place', () => {
  const rows = new GrowingRows(2);
  const many = tf.randomNormal<tf.Rank.R2>([300, 2], 0, 1, 'float32', 1);
  rows.append(tf.tensor2d([[1, 2], [3, 4]]));
  rows.append(many);
  expect(rows.count).toBe(302);
  rows.add(tf.tensor1d([1, 1], 'int32'), tf.tensor2d([[1, 0], [0.5, 0]]));
  // Beside 1e8 a difference of .1 is lost: what is replaced leaves nothing of itself.
  rows.add(tf.tensor1d([2], 'int32'), tf.tensor2d([[1e8, 1e8]]));
  rows.replace(tf.tensor1d([2, 0], 'int32'), tf.tensor2d([[0.1, 0.2], [5, 6]]));
  expect(tf.slice(rows.values(), [0, 0], [2, 2]).arraySync()).toEqual([[5, 6], [4.5, 4]]);
  expect(rows.take(tf.tensor1d([2], 'int32')).arraySync()).toEqual(tf.tensor2d([[0.1, 0.2]]).arraySync());
  expect(tf.slice(rows.values(), [3, 0], [299, 2]).arraySync()).toEqual(tf.slice(many, [1, 0], [299, 2]).arraySync());
  const before = tf.memory().numTensors;
  rows.dispose();
  expect(tf.memory().numTensors).toBe(before - 1);
});
