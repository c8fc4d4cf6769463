import { loadEngine } from '@gramkit/engine-tensorflow';
import type { Weight } from '@gramkit/spec';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, it } from 'vitest';
import { accumulateGradients, nameGradients, trainableWeights } from './gradients.js';
import type { Gradients } from './gradients.js';

beforeAll(() => loadEngine());

it('sums by name, keeps what stands on one side alone, and frees what it replaces', () => {
  const before = tf.memory().numTensors;
  const sum: Gradients = { first: tf.tensor1d([1, 2]) };
  accumulateGradients(sum, { first: tf.tensor1d([10, 20]), second: tf.scalar(5) });
  accumulateGradients(sum, { second: tf.scalar(7) });
  expect(Object.fromEntries(Object.entries(sum).map(([name, tensor]) => [name, tensor.arraySync()]))).toEqual({ first: [11, 22], second: 12 });
  expect(tf.memory().numTensors).toBe(before + 2);
});

it('names the gradients of trainable weights and leaves out weights without one', () => {
  const weights: Weight[] = ['a', 'b', 'c'].map((name) => ({ name, variable: tf.variable(tf.scalar(0)), trainable: name !== 'b' }));
  const trained = trainableWeights(weights);
  expect(trained.map(({ name }) => name)).toEqual(['a', 'c']);
  const gradient = tf.scalar(1);
  expect(nameGradients(trained, [undefined, gradient])).toEqual({ c: gradient });
});
