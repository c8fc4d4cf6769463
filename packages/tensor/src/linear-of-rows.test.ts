import * as tf from '@tensorflow/tfjs-core';
import type { Tensor2D, Variable } from '@tensorflow/tfjs-core';
import { loadEngine } from '@gramkit/engine-tensorflow';
import { beforeAll, describe, expect, it } from 'vitest';
import { linearOfRows } from './linear-of-rows.js';
import { draw, expectSameFunction } from './testing/same-function.js';

beforeAll(async () => void (await loadEngine()));

describe('linearOfRows', () => {
  it.each([['more', [[0, 2, 1], [1, 1, 3]]], ['fewer', [[3, 0]]]] as const)('has the values and gradients of gathering and projecting with %s references than rows', (_, references) => {
    const at = tf.tensor2d(references.map((row) => [...row]), undefined, 'int32');
    expectSameFunction(
      (table, ...weights) => tf.concat(linearOfRows(table as Tensor2D, at, [
        { weight: weights[0] as Variable<tf.Rank.R2>, bias: weights[1] as Variable<tf.Rank.R1> },
        { weight: weights[2] as Variable<tf.Rank.R2>, bias: weights[3] as Variable<tf.Rank.R1> },
      ]), 1),
      (table, ...weights) => {
        const rows = tf.gather(table, tf.reshape(at, [at.size])) as Tensor2D;
        return tf.concat([0, 2].map((layer) => tf.add(tf.matMul(rows, weights[layer] as Tensor2D, false, true), weights[layer + 1]!)), 1);
      },
      [draw([4, 3], 1), draw([2, 3], 2), draw([2], 3), draw([5, 3], 4), draw([5], 5)],
    );
  });

  it('gives row 0 for padding', () => {
    const weights = { weight: tf.variable(draw([2, 3], 2)) as Variable<tf.Rank.R2>, bias: tf.variable(draw([2], 3)) as Variable<tf.Rank.R1> };
    const table = draw([4, 3], 1) as Tensor2D;
    for (const references of [[-1], [-1, 0, 1, 2, 3]]) {
      const found = linearOfRows(table, tf.tensor1d(references, 'int32'), [weights])[0]!;
      expect(found.shape).toEqual([references.length, 2]);
      expect(Array.from(tf.slice(found, [0, 0], [1, 2]).dataSync())).toEqual(Array.from(linearOfRows(table, tf.tensor1d(references.map((row) => Math.max(row, 0)), 'int32'), [weights])[0]!.dataSync().slice(0, 2)));
    }
  });
});
