import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { expect } from 'vitest';
import { normal } from '../initializers.js';
import { randomSource } from '../random.js';

/**
 * Expects `actual` to have the values and gradients of `reference`, which is written in tfjs's own operations and so has tfjs's own gradient;
 * each difference is relative to the norm of what is expected.
 */
export function expectSameFunction(
  actual: (...inputs: Tensor[]) => Tensor, reference: (...inputs: Tensor[]) => Tensor, inputs: readonly Tensor[], tolerance = 1e-6,
): void {
  const output = reference(...inputs);
  const cotangent = normal(output.shape, 1, randomSource(99));
  const gradients = (compute: typeof actual) => tf.grads((...given) => tf.sum(tf.mul(compute(...given), cotangent)))([...inputs]);
  expectClose(actual(...inputs), output, tolerance);
  const expected = gradients(reference);
  gradients(actual).forEach((gradient, index) => expectClose(gradient, expected[index]!, tolerance));
}

/** Expects the norm of the difference to be at most `tolerance` of that of `expected`. */
export function expectClose(actual: Tensor, expected: Tensor, tolerance: number): void {
  expect(actual.shape).toEqual(expected.shape);
  const [found, wanted] = [actual.dataSync(), expected.dataSync()];
  const norm = Math.hypot(...wanted);
  expect(norm).toBeGreaterThan(0);
  expect(Math.hypot(...wanted.map((value, index) => value - found[index]!)) / norm).toBeLessThan(tolerance);
}

/** A tensor of standard normal values. */
export function draw(shape: readonly number[], seed: number): Tensor {
  return normal(shape, 1, randomSource(seed));
}
