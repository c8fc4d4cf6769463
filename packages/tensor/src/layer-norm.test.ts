import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import { loadEngine } from '@gramkit/engine-tensorflow';
import { beforeAll, describe, expect, it } from 'vitest';
import { layerNorm, plainLayerNorm } from './layer-norm.js';
import { draw, expectSameFunction } from './testing/same-function.js';

beforeAll(async () => void (await loadEngine()));

function reference(rows: Tensor, scale: Tensor, offset: Tensor, epsilon: number): Tensor {
  const { mean, variance } = tf.moments(rows, -1, true);
  return tf.add(tf.mul(tf.div(tf.sub(rows, mean), tf.sqrt(tf.add(variance, epsilon))), scale), offset);
}

describe('layerNorm', () => {
  it.each([
    ['by the kernel', layerNorm, 1e-12], ['by the kernel', layerNorm, 0.3], ['plain', plainLayerNorm, 1e-12], ['plain', plainLayerNorm, 0.3],
  ] as const)('%s, has the values of its equation and their gradient', (_name, compute, epsilon) => {
    expectSameFunction(
      (rows, scale, offset) => compute(rows as Tensor2D, scale as Tensor1D, offset as Tensor1D, epsilon),
      (rows, scale, offset) => reference(rows!, scale!, offset!, epsilon),
      [tf.add(draw([7, 9], 1), 3), draw([9], 2), draw([9], 3)],
    );
  });

  it('gives rows of mean 0 and variance 1 before scale and offset', () => {
    const rows = layerNorm(tf.mul(draw([5, 64], 1), 100), tf.ones([64]), tf.zeros([64]), 1e-12);
    const { mean, variance } = tf.moments(rows, -1);
    expect(Math.max(...tf.abs(mean).dataSync())).toBeLessThan(1e-6);
    expect(Math.max(...tf.abs(tf.sub(variance, 1)).dataSync())).toBeLessThan(1e-5);
  });
});
