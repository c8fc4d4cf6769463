import type { Batch, DeviceBatch, Pass, Predictions, SequenceLoss, SequenceModel } from '@gramkit/spec';
import { normal, randomSource, uploadBatch } from '@gramkit/tensor';
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import { withComponents, type ComponentScope } from '../surroundings/component-scope.js';
import type { PluginOf } from '../surroundings/plugin-of.js';
import { copyWeights } from '../surroundings/saved-weights.js';
import { exampleRows } from './example-batches.js';
import { examplesFor, type ModelExamples } from './model-examples.js';
import type { ModelSubject } from './model-subject.js';

/** A model under test, and what it is asked. */
export interface ModelTrial {
  readonly scope: ComponentScope;
  readonly model: SequenceModel;
  readonly examples: ModelExamples;
  /** `[8, dimension]`, standard normal. */
  readonly encodings: Tensor2D;
  readonly dimension: number;
  /** Another one of the same options. */
  another(seed?: number): Promise<SequenceModel>;
  /** Another one that has the weights of the first, as they are. */
  twin(): Promise<SequenceModel>;
}

export type ModelPlugin = PluginOf<'model'>;

export const defaultDimension = 8;

/** Runs a check with a model of the subject's options. */
export function withModel(plugin: ModelPlugin, subject: ModelSubject, work: (trial: ModelTrial) => Promise<void> | void): Promise<void> {
  return withComponents(async (scope) => {
    const { dimension = defaultDimension } = subject;
    const another = (seed = 1) => scope.create(plugin, subject, { itemDimension: dimension, seed });
    const model = await another();
    const twin = async (): Promise<SequenceModel> => {
      const other = await another();
      copyWeights(model.weights, other.weights);
      return other;
    };
    await work({ scope, model, examples: examplesFor(model), encodings: encodingsOf(exampleRows, dimension), dimension, another, twin });
  });
}

/** Item encodings `[rows, dimension]`, standard normal. */
export function encodingsOf(rows: number, dimension: number): Tensor2D {
  return normal([rows, dimension], 1, randomSource(3)) as Tensor2D;
}

export function passOf(training: boolean, seed = 1): Pass {
  return { training, seed: tf.scalar(seed, 'int32') };
}

/** What a model makes of a batch, as plain numbers. */
export interface ModelValues {
  readonly loss: number;
  readonly count: number;
  /** Of the predictions that count, row by row. */
  readonly scores: readonly number[];
}

/** Loss and count without dropout, and the scores of the predictions. */
export function valuesOf(model: SequenceModel, encodings: Tensor2D, batch: Batch): ModelValues {
  const device = uploadBatch(batch);
  const { loss, count } = model.loss(encodings, device, passOf(false));
  return { loss: numberOf(loss), count: numberOf(count), scores: countedScores(model.score(encodings, device)) };
}

export function countedScores({ scores, valid }: Predictions): readonly number[] {
  const counts = valid.dataSync();
  return Array.from(scores.dataSync()).filter((_, index) => counts[index] === 1);
}

/** The loss in training and all its scores, as plain numbers. */
export function trainingValues(model: SequenceModel, encodings: Tensor2D, batch: DeviceBatch, seed: number): readonly number[] {
  const { loss, scores } = model.loss(encodings, batch, passOf(true, seed)) satisfies SequenceLoss;
  return [numberOf(loss), ...scores.dataSync()];
}

export function numberOf(tensor: Tensor): number {
  return tensor.dataSync()[0]!;
}
