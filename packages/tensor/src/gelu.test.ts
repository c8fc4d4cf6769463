import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { loadEngine } from '@gramkit/engine-tensorflow';
import { beforeAll, describe, expect, it } from 'vitest';
import { gelu } from './gelu.js';
import { draw, expectSameFunction } from './testing/same-function.js';

beforeAll(async () => void (await loadEngine()));

const reference = (x: Tensor): Tensor => tf.mul(tf.mul(x, 0.5), tf.add(tf.erf(tf.div(x, Math.SQRT2)), 1));

describe('gelu', () => {
  it('has the values of its equation and their gradient', () => {
    expectSameFunction((x) => gelu(x), (x) => reference(x!), [tf.mul(draw([40, 3], 1), 2)]);
  });

  it('has the known values at 0, 1, -1 and far out', () => {
    // x Phi(x) with Phi(1) = .8413447460685429.
    const values = gelu(tf.tensor1d([0, 1, -1, 20, -20])).dataSync();
    [0, 0.8413447, -0.1586553, 20, 0].forEach((expected, index) => expect(values[index]).toBeCloseTo(expected, 6));
  });

  it('has finite gradients far out', () => {
    expect(Array.from(tf.grad((x) => gelu(x))(tf.tensor1d([-1e4, -40, 40, 1e4])).dataSync())).toEqual([0, 0, 1, 1].map((value) => expect.closeTo(value, 6)));
  });
});
