import * as tf from '@tensorflow/tfjs-core';
import { loadEngine } from '@gramkit/engine-tensorflow';
import { beforeAll, describe, expect, it } from 'vitest';
import { addToRows, plainAddToRows } from './add-to-rows.js';

beforeAll(async () => void (await loadEngine()));

const table = () => tf.variable(tf.tensor2d([[1, 2], [3, 4], [5, 6]]));

describe('addToRows', () => {
  it.each([['kernel', addToRows], ['plain', plainAddToRows]] as const)('adds to the given rows, once for each time they are given (%s)', (_, add) => {
    const variable = table();
    const clone = variable.clone();
    add(variable, tf.tensor1d([2, 0, 2], 'int32'), tf.tensor2d([[1, 1], [10, 20], [0.5, 0]]));
    expect(variable.arraySync()).toEqual([[11, 22], [3, 4], [6.5, 7]]);
    expect(clone.arraySync()).toEqual([[1, 2], [3, 4], [5, 6]]);
  });

  it('leaves tensors that were computed from the table as they are', () => {
    const variable = table();
    const slice = tf.slice(variable, [0, 0], [2, 2]);
    addToRows(variable, tf.tensor1d([0], 'int32'), tf.tensor2d([[1, 1]]));
    expect(slice.arraySync()).toEqual([[1, 2], [3, 4]]);
  });

  it.each([
    ['a row beyond the table', [3], [[1, 1]]],
    ['a negative row', [-1], [[1, 1]]],
    ['values of another width', [0], [[1, 1, 1]]],
    ['more values than rows', [0], [[1, 1], [1, 1]]],
  ])('refuses %s and leaves the table usable', (_, rows, values) => {
    const variable = table();
    expect(() => addToRows(variable, tf.tensor1d(rows, 'int32'), tf.tensor2d(values))).toThrow(/fit the table/);
    expect(variable.arraySync()).toEqual([[1, 2], [3, 4], [5, 6]]);
  });
});
