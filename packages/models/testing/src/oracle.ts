import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import type { DeviceBatch, SequenceModel } from '@gramkit/spec';
import { expect } from 'vitest';
import { lossAndGradients, relativeError } from './gradients.js';
import { valuesOf } from './passes.js';

/** A tensor as the scripts in tools/oracles write it. */
export interface Recorded {
  readonly shape: readonly number[];
  readonly values: readonly number[];
}
export type NamedRecords = Readonly<Record<string, Recorded>>;

/** What the reference computed of one batch. */
export interface OracleCase {
  readonly weights: object;
  readonly encodings: Recorded;
  readonly loss: number;
  readonly gradients: object;
}

export const recordedTensor = ({ values, shape }: Recorded): Tensor => tf.tensor([...values], [...shape]);

const tensorsOf = (records: object) => Object.fromEntries(Object.entries(records as NamedRecords).map(([name, record]) => [name, recordedTensor(record)]));

/** Gives the model the reference's weights; expects it to have those and no other. */
export function takeWeights(model: SequenceModel, { weights }: OracleCase): void {
  expect(model.weights.map(({ name }) => name).sort()).toEqual(Object.keys(weights).sort());
  for (const { name, variable } of model.weights) variable.assign(recordedTensor((weights as NamedRecords)[name]!));
}

/** Expects the loss of the reference and every one of its gradients: all together closely, and each alone, since a small one could be wrong unseen within the whole. */
export function expectOracle(model: SequenceModel, batch: DeviceBatch, recorded: OracleCase): void {
  const { loss, gradients } = lossAndGradients(model, recordedTensor(recorded.encodings) as Tensor2D, batch);
  expect(Math.abs(loss - recorded.loss) / recorded.loss).toBeLessThan(1e-6);
  const expected = tensorsOf(recorded.gradients);
  expect(relativeError(gradients, expected)).toBeLessThan(2e-6);
  const largest = Math.max(...Object.values(expected).map(norm));
  for (const [name, gradient] of Object.entries(expected)) {
    // What rounding leaves of one that cancels to little or nothing (a bias of keys moves no softmax) is measured by the largest.
    expect(norm(tf.sub(gradients[name]!, gradient)), name).toBeLessThan(1e-5 * norm(gradient) + 1e-7 * largest);
  }
}

const norm = (tensor: Tensor): number => Math.hypot(...valuesOf(tensor));
