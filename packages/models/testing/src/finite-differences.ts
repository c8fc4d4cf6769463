import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import type { DeviceBatch, SequenceModel } from '@gramkit/spec';
import { normal, randomSource } from '@gramkit/tensor';
import { expect } from 'vitest';
import { lossAndGradients } from './gradients.js';
import { passOf } from './passes.js';

/** Expects the gradients of weights and encodings to give the slope of the loss along random directions through all of them. */
export function expectFiniteDifferences(model: SequenceModel, encodings: Tensor2D, batch: DeviceBatch, step = 1e-2, pass = passOf(true)): void {
  const { gradients } = lossAndGradients(model, encodings, batch, pass);
  const source = randomSource(11);
  for (let trial = 0; trial < 4; trial++) {
    const directions = Object.fromEntries(Object.entries(gradients).map(([name, { shape }]) => [name, normal(shape, 0.3, source)]));
    const lossAt = (sign: number): number => lossBeside(model, encodings, batch, pass, directions, sign * step);
    const slope = (lossAt(1) - lossAt(-1)) / (2 * step);
    const predicted = Object.entries(gradients).reduce((sum, [name, gradient]) => sum + (tf.sum(tf.mul(gradient, directions[name]!)).dataSync()[0] as number), 0);
    expect(Math.abs(slope - predicted)).toBeLessThan(2e-3 * Math.max(1, Math.abs(predicted)));
  }
}

/** The loss `distance` along the directions; leaves the weights as they were. */
function lossBeside(model: SequenceModel, encodings: Tensor2D, batch: DeviceBatch, pass: ReturnType<typeof passOf>, directions: Readonly<Record<string, Tensor>>, distance: number): number {
  const kept = model.weights.map(({ variable }) => variable.clone());
  for (const { name, variable } of model.weights) if (directions[name] !== undefined) variable.assign(tf.add(variable, tf.mul(directions[name], distance)));
  const { loss } = model.loss(tf.add(encodings, tf.mul(directions.encodings!, distance)), batch, pass);
  model.weights.forEach(({ variable }, index) => variable.assign(kept[index]!));
  return loss.dataSync()[0];
}
