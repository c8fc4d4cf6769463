import * as tf from '@tensorflow/tfjs-core';
import type { Tensor1D } from '@tensorflow/tfjs-core';
import { loadEngine } from '@gramkit/engine-tensorflow';
import { beforeAll, describe, expect, it } from 'vitest';
import { packedSoftmax, plainPackedSoftmax } from './packed-softmax.js';
import { offsetsOf } from './testing/packed.js';
import { draw, expectSameFunction } from './testing/same-function.js';

beforeAll(async () => void (await loadEngine()));

describe('packedSoftmax', () => {
  it('is the plain one, forwards and backwards, with empty items and padding', () => {
    const offsets = offsetsOf([0, 7, 1, 0, 40, 0]);
    expectSameFunction((scores) => packedSoftmax(scores as Tensor1D, offsets), (scores) => plainPackedSoftmax(scores as Tensor1D, offsets), [draw([53], 1)]);
  });

  it('sums to 1 in each item, however large its scores, and is 0 in the padding', () => {
    const scores = tf.tensor1d([1000, 999, -1000, 5, 7, 7]);
    const probabilities = packedSoftmax(scores, offsetsOf([3, 2])).dataSync();
    [Math.E / (1 + Math.E), 1 / (1 + Math.E), 0, 1 / (1 + Math.E ** 2), Math.E ** 2 / (1 + Math.E ** 2), 0].forEach((wanted, index) => expect(probabilities[index]).toBeCloseTo(wanted, 6));
    const gradient = tf.grad((given) => packedSoftmax(given as Tensor1D, offsetsOf([3, 2])))(scores, tf.tensor1d([1, 2, 3, 4, 5, 6])).dataSync();
    expect(gradient[5]).toBe(0);
    expect(gradient[0]! + gradient[1]! + gradient[2]!).toBeCloseTo(0, 6);
  });
});
