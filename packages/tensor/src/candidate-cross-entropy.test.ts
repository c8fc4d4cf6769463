import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import { loadEngine } from '@gramkit/engine-tensorflow';
import { beforeAll, describe, expect, it } from 'vitest';
import { candidateCrossEntropy } from './candidate-cross-entropy.js';
import { draw } from './testing/same-function.js';

beforeAll(async () => void (await loadEngine()));

const cross = (scores: Tensor, labels: number[][], valid = labels.map((row) => row.map(() => 1))) =>
  candidateCrossEntropy(scores as Tensor2D, tf.tensor2d(labels), tf.tensor2d(valid));
const gradientOf = (scores: Tensor, labels: number[][], valid?: number[][]) => tf.grad((given) => cross(given, labels, valid).loss)(scores).arraySync() as number[][];

describe('candidateCrossEntropy', () => {
  it('has the values and gradients of its equation', () => {
    const { loss, count } = cross(tf.tensor2d([[1, 2, 0]]), [[1, 0, 0]]);
    const sum = Math.E + Math.E ** 2 + 1;
    expect(loss.dataSync()[0]).toBeCloseTo(Math.log(sum) - 1, 6);
    expect(count.dataSync()[0]).toBe(1);
    const [row] = gradientOf(tf.tensor2d([[1, 2, 0]]), [[1, 0, 0]]);
    [Math.E / sum - 1, Math.E ** 2 / sum, 1 / sum].forEach((expected, index) => expect(row![index]).toBeCloseTo(expected, 6));
  });

  it('takes the mean over the chosen of a row, then over the rows in which there is one', () => {
    const scores = draw([4, 3], 5);
    const labels = [[1, 0, 0], [0, 0, 0], [1, 1, 0], [0, 0, 1]];
    const each = (row: number, column: number) => cross(tf.slice(scores, [row, 0], [1, 3]), [[0, 1, 2].map((index) => (index === column ? 1 : 0))]).loss.dataSync()[0]!;
    const expected = (each(0, 0) + (each(2, 0) + each(2, 1)) / 2 + each(3, 2)) / 3;
    const { loss, count } = cross(scores, labels);
    expect(count.dataSync()[0]).toBe(3);
    expect(loss.dataSync()[0]).toBeCloseTo(expected, 6);
    const gradients = gradientOf(scores, labels);
    expect(gradients[1]).toEqual([0, 0, 0]);
    const step = 1e-2;
    const shifted = (sign: number) => cross(tf.add(scores, tf.tensor2d(labels.map((_, row) => (row === 2 ? [sign * step, 0, 0] : [0, 0, 0])))), labels).loss.dataSync()[0]!;
    expect(gradients[2]![0]).toBeCloseTo((shifted(1) - shifted(-1)) / (2 * step), 4);
  });

  it('takes nothing from padding, whatever stands there', () => {
    const plain = cross(tf.tensor2d([[0.5, -1]]), [[0, 1]]);
    const padded = cross(tf.tensor2d([[0.5, -1, 300]]), [[0, 1, 1]], [[1, 1, 0]]);
    expect(padded.loss.dataSync()[0]).toBeCloseTo(plain.loss.dataSync()[0]!, 6);
    expect(gradientOf(tf.tensor2d([[0.5, -1, 300]]), [[0, 1, 1]], [[1, 1, 0]])[0]![2]).toBe(0);
  });

  it('is 0 with a gradient of 0 where nothing was chosen, and finite for scores far apart', () => {
    const { loss, count } = cross(tf.tensor2d([[3, 4]]), [[0, 0]], [[0, 0]]);
    expect([loss.dataSync()[0], count.dataSync()[0]]).toEqual([0, 0]);
    expect(gradientOf(tf.tensor2d([[3, 4]]), [[0, 0]], [[0, 0]])).toEqual([[0, 0]]);
    expect(cross(tf.tensor2d([[0, 500]]), [[1, 0]]).loss.dataSync()[0]).toBe(500);
  });
});
