import * as tf from '@tensorflow/tfjs-core';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import type { DeviceBatch, SequenceModel } from '@gramkit/spec';
import { Adam, adamOptions, applyGradients, rowGradients } from '@gramkit/tensor';
import { expect } from 'vitest';
import { passOf, valuesOf } from './passes.js';

/** The weights of a new model after five steps of Adam with dropout, whose seed is the step's number. */
export function trainedWeights(make: () => SequenceModel, encodings: Tensor2D, batch: DeviceBatch): number[][] {
  const model = make();
  const optimizer = new Adam(model.weights, adamOptions.parse({ learningRate: 0.01 }));
  for (let step = 0; step < 5; step++) tf.tidy(() => applyGradients(optimizer, rowGradients(model, encodings, batch, passOf(true, step)).weights, model.weights));
  return model.weights.map(({ variable }) => valuesOf(variable));
}

/** Expects 50 steps and scores of a model to leave no tensor behind, and its disposal, asked for twice, to free all of its own. `make` and `given` make every tensor. */
export function expectFlatTensors(make: () => SequenceModel, given: () => readonly [encodings: Tensor2D, batch: DeviceBatch]): void {
  const start = tf.memory().numTensors;
  const model = make();
  const optimizer = new Adam(model.weights, adamOptions.parse({}));
  const [[encodings, batch], pass] = [given(), passOf(true)];
  const step = (): void => {
    const { loss, count, weights, rows } = rowGradients(model, encodings, batch, pass);
    applyGradients(optimizer, weights, model.weights);
    tf.dispose([loss, count, rows, ...Object.values(weights)]);
    tf.dispose({ ...model.score(encodings, batch) });
  };
  step();
  const before = tf.memory().numTensors;
  for (let repeat = 0; repeat < 50; repeat++) step();
  expect(tf.memory().numTensors).toBe(before);
  tf.dispose([encodings, pass.seed, ...Object.values(batch.references), ...Object.values(batch.fields)]);
  optimizer.dispose();
  model.dispose();
  model.dispose();
  expect(tf.memory().numTensors).toBe(start);
}
