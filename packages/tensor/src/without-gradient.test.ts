import * as tf from '@tensorflow/tfjs-core';
import { loadEngine } from '@gramkit/engine-tensorflow';
import { beforeAll, describe, expect, it } from 'vitest';
import { withoutGradient } from './without-gradient.js';

beforeAll(async () => void (await loadEngine()));

describe('withoutGradient', () => {
  it('is a constant to the gradient', () => {
    const gradient = tf.grad((x) => tf.mul(x, withoutGradient(() => tf.square(x))))(tf.tensor1d([3]));
    expect(Array.from(gradient.dataSync())).toEqual([9]);
  });

  it('keeps nothing of what it computed on the way', () => {
    const x = tf.tensor1d([2, 3]);
    const before = tf.memory().numTensors;
    const value = withoutGradient(() => tf.exp(tf.square(tf.add(x, 1))));
    expect(tf.memory().numTensors - before).toBe(1);
    value.dispose();
  });
});
