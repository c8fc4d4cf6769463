import * as tf from '@tensorflow/tfjs-core';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import type { DeviceBatch, SequenceModel } from '@gramkit/spec';
import { Adam, adamOptions, applyGradients, rowGradients } from '@gramkit/tensor';
import { passOf, valuesOf } from './passes.js';

/** The weights of a new model after five steps of Adam with dropout, whose seed is the step's number. */
export function trainedWeights(make: () => SequenceModel, encodings: Tensor2D, batch: DeviceBatch): number[][] {
  const model = make();
  const optimizer = new Adam(model.weights, adamOptions.parse({ learningRate: 0.01 }));
  for (let step = 0; step < 5; step++) tf.tidy(() => applyGradients(optimizer, rowGradients(model, encodings, batch, passOf(true, step)).weights, model.weights));
  return model.weights.map(({ variable }) => valuesOf(variable));
}
