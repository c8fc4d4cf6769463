import * as tf from '@tensorflow/tfjs-core';
import { loadEngine } from '@gramkit/engine-tensorflow';
import { beforeAll, describe, expect, it } from 'vitest';
import { addAlike } from './add-alike.js';
import { draw, expectSameFunction } from './testing/same-function.js';

beforeAll(async () => void (await loadEngine()));

describe('addAlike', () => {
  it('is the sum, with its gradient, also where both terms come from one tensor', () => {
    expectSameFunction((left, right) => addAlike(left!, right!), (left, right) => tf.add(left!, right!), [draw([3, 4], 1), draw([3, 4], 2)]);
    expectSameFunction((x) => addAlike(addAlike(x!, x!), tf.square(x!)), (x) => tf.add(tf.mul(x!, 2), tf.square(x!)), [draw([5], 3)]);
  });

  it('refuses terms of unlike shapes', () => {
    expect(() => addAlike(draw([3, 4], 1), draw([4], 2))).toThrow(/alike/);
  });
});
