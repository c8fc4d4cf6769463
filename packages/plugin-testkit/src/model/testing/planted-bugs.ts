import { definePlugin, tokens, type DeviceBatch, type SequenceLoss, type SequenceModel, type Task } from '@gramkit/spec';
import { binaryCrossEntropy, candidateCrossEntropy, normal, randomSource, type MeanLoss } from '@gramkit/tensor';
import { RunningSumModel } from '@gramkit/tensor/testing';
import * as tf from '@tensorflow/tfjs-core';
import type { Scalar, Tensor2D } from '@tensorflow/tfjs-core';
import { z } from 'zod';
import type { ModelPlugin } from '../model-trial.js';
import { MeanOfClicks } from './mean-of-clicks.js';

type Make = (dimension: number, seed: number) => SequenceModel;

/** A bug, and the one check that must find it. */
export interface PlantedBug {
  readonly check: string;
  readonly bug: string;
  readonly plugin: ModelPlugin;
}

interface Definition {
  readonly name?: string;
  readonly task?: Task;
  readonly options?: z.ZodType;
}

/** A plugin of the model, as an author would define it. */
export function modelPlugin(make: Make, { name = 'running-sum', task, options = z.strictObject({}) }: Definition = {}): ModelPlugin {
  return definePlugin({
    specificationVersion: 1,
    kind: 'model',
    name,
    description: 'Of the tests alone.',
    options,
    dependencies: { dimension: tokens.itemDimension, seed: tokens.seed },
    create: ({ dimension, seed }) => make(dimension, seed),
    ...(task && { task }),
  });
}

const honestTracing: Make = (dimension, seed) => new RunningSumModel(dimension, seed, 0.3);

/** Models without a bug. */
export const honestPlugins = {
  'knowledge tracing': modelPlugin(honestTracing, { task: 'knowledge-tracing' }),
  recommendation: modelPlugin((dimension, seed) => new MeanOfClicks(dimension, seed), { name: 'mean-of-clicks', task: 'recommendation' }),
};

/** The honest model of knowledge tracing, some of it replaced. */
function planted(change: (model: SequenceModel, dimension: number, seed: number) => Partial<SequenceModel>): ModelPlugin {
  return modelPlugin((dimension, seed) => {
    const model = honestTracing(dimension, seed);
    return { ...delegateOf(model), ...change(model, dimension, seed) };
  });
}

/** The same for recommendation. */
function plantedImpressions(change: (model: SequenceModel) => Partial<SequenceModel>): ModelPlugin {
  return modelPlugin((dimension, seed) => {
    const model = new MeanOfClicks(dimension, seed);
    return { ...delegateOf(model), ...change(model) };
  }, { name: 'mean-of-clicks' });
}

function delegateOf(model: SequenceModel): SequenceModel {
  const { specificationVersion, kind, name, task, batchLayout, weights } = model;
  return {
    specificationVersion, kind, name, task, weights,
    ...(batchLayout && { batchLayout }),
    loss: (...given) => model.loss(...given),
    score: (...given) => model.score(...given),
    dispose: () => model.dispose(),
  };
}

/** Encodings and batch as the model gets to see them. */
function seeing(model: SequenceModel, see: (itemEncodings: Tensor2D, batch: DeviceBatch) => readonly [Tensor2D, DeviceBatch]): Partial<SequenceModel> {
  return {
    loss: (itemEncodings, batch, pass) => model.loss(...see(itemEncodings, batch), pass),
    score: (itemEncodings, batch) => model.score(...see(itemEncodings, batch)),
  };
}

/** What the model makes of a batch, scores raised by what came true. */
function knowing(model: SequenceModel, mean: (scores: Tensor2D, labels: Tensor2D, valid: Tensor2D) => MeanLoss): Partial<SequenceModel> {
  const score: SequenceModel['score'] = (itemEncodings, batch) => {
    const { scores, labels, ...rest } = model.score(itemEncodings, batch);
    return { scores: tf.add(scores, labels), labels, ...rest };
  };
  return {
    score,
    loss: (itemEncodings, batch) => {
      const { scores, labels, valid } = score(itemEncodings, batch);
      return { ...mean(scores as Tensor2D, labels as Tensor2D, valid as Tensor2D), scores: scores as Tensor2D };
    },
  };
}

function withoutField(field: string): (itemEncodings: Tensor2D, batch: DeviceBatch) => readonly [Tensor2D, DeviceBatch] {
  return (itemEncodings, batch) => [itemEncodings, { ...batch, fields: Object.fromEntries(Object.entries(batch.fields).filter(([name]) => name !== field)) }];
}

/** The loss itself, whose gradient is twice what it should be. */
const doubled = tf.customGrad((value) => ({ value: tf.clone(value as Scalar), gradFunc: (gradient: tf.Tensor) => tf.mul(gradient, 2) }));

function changingLoss(model: SequenceModel, change: (loss: SequenceLoss, rows: number) => SequenceLoss): Partial<SequenceModel> {
  return { loss: (itemEncodings, batch, pass) => change(model.loss(itemEncodings, batch, pass), batch.references.items!.shape[0]!) };
}

/** Hands the encodings on as they are, after a look at them. */
function looksAtValues(itemEncodings: Tensor2D): Tensor2D {
  if (tf.max(itemEncodings).dataSync()[0]! > 1e9) throw new RangeError('encodings without bounds');
  return itemEncodings;
}

/** Draws other masks at every pass. */
function countsPasses(model: SequenceModel): Partial<SequenceModel> {
  let passes = 0;
  return { loss: (itemEncodings, batch, pass) => model.loss(itemEncodings, batch, { ...pass, seed: tf.add<Scalar>(pass.seed, tf.scalar(passes++, 'int32')) }) };
}

/** Has a tensor beside its weights. */
function hides(model: SequenceModel, dimension: number, seed: number): Partial<SequenceModel> {
  const hidden = tf.keep(normal([dimension], 1, randomSource(seed, 99)));
  return {
    ...seeing(model, (itemEncodings, batch) => [tf.add(itemEncodings, hidden), batch]),
    dispose: () => {
      hidden.dispose();
      model.dispose();
    },
  };
}

/** Counts its passes in a frozen weight. */
function assignsFrozen(model: SequenceModel): Partial<SequenceModel> {
  const passes = tf.tidy(() => tf.variable(tf.scalar(0)));
  return {
    weights: [...model.weights, { name: 'passes', variable: passes, trainable: false }],
    loss: (...given) => {
      passes.assign(tf.add(passes, 1));
      return model.loss(...given);
    },
    dispose: () => {
      passes.dispose();
      model.dispose();
    },
  };
}

export const plantedBugs: readonly PlantedBug[] = [
  { check: 'declares its task', bug: 'a plugin of another task than its model', plugin: modelPlugin(honestTracing, { task: 'recommendation' }) },
  {
    check: 'gives its shapes', bug: 'scores of one row that lose an axis',
    plugin: planted((model) => changingLoss(model, (loss, rows) => (rows === 1 ? { ...loss, scores: tf.reshape<tf.Rank>(loss.scores, [-1]) as Tensor2D } : loss))),
  },
  { check: 'gives its shapes', bug: 'the mean of no clicks', plugin: modelPlugin((dimension, seed) => new MeanOfClicks(dimension, seed, 0), { name: 'mean-of-clicks' }) },
  { check: 'is deterministic under a seed', bug: 'initial weights without a seed', plugin: modelPlugin((dimension) => honestTracing(dimension, Math.floor(Math.random() * 2 ** 31))) },
  { check: 'gives the same masks in a second pass', bug: 'masks by a counter', plugin: planted(countsPasses) },
  { check: 'agrees with finite differences', bug: 'a custom gradient of twice the size', plugin: planted((model) => changingLoss(model, (loss) => ({ ...loss, loss: doubled(loss.loss) as Scalar }))) },
  { check: 'gives the gradients of end-to-end in single-step', bug: 'encodings centred over the rows of a batch', plugin: planted((model) => seeing(model, (itemEncodings, batch) => [tf.sub(itemEncodings, tf.mean(itemEncodings, 0, true)), batch])) },
  { check: 'computes compiled what it computes operation by operation', bug: 'a look at values', plugin: planted((model) => seeing(model, (itemEncodings, batch) => [looksAtValues(itemEncodings), batch])) },
  { check: 'gives a mean over its count', bug: 'a sum for a mean', plugin: planted((model) => changingLoss(model, (loss) => ({ ...loss, loss: tf.mul(loss.loss, loss.count) }))) },
  {
    check: 'ignores padding', bug: 'responses read at padding',
    plugin: planted((model) => seeing(model, (itemEncodings, batch) => {
      const { items } = batch.references;
      if (items === undefined) return [itemEncodings, batch];
      const padding = tf.cast(tf.less(items, tf.scalar(0, 'int32')), 'float32');
      return [tf.add(itemEncodings, tf.mul(0.1, tf.sum(tf.mul(batch.fields.responses!, padding)))), batch];
    })),
  },
  { check: 'predicts nothing from the future', bug: 'a score that knows the response', plugin: planted((model) => knowing(model, binaryCrossEntropy)) },
  { check: 'predicts nothing from the future', bug: 'a score that knows the click', plugin: plantedImpressions((model) => knowing(model, candidateCrossEntropy)) },
  { check: 'leaves out what does not count', bug: 'history that is trained on', plugin: planted((model) => seeing(model, withoutField('counted'))) },
  { check: 'keeps windows apart', bug: 'a state that goes on over a start', plugin: planted((model) => seeing(model, withoutField('starts'))) },
  { check: 'survives save and load', bug: 'a tensor that is no weight', plugin: planted(hides) },
  { check: 'keeps frozen weights', bug: 'a frozen weight that counts passes', plugin: planted(assignsFrozen) },
  { check: 'leaks no tensors', bug: 'a loss that is kept', plugin: planted((model) => changingLoss(model, (loss) => ({ ...loss, loss: tf.keep(tf.clone(loss.loss)) }))) },
  { check: 'refuses unknown options', bug: 'a schema that is not strict', plugin: modelPlugin(honestTracing, { options: z.object({}) }) },
  {
    check: 'throws errors with codes', bug: 'a plain error for a batch of another task',
    plugin: planted((model) => seeing(model, (itemEncodings, batch) => {
      if (batch.references.items === undefined) throw new TypeError("Cannot read properties of undefined (reading 'shape')");
      return [itemEncodings, batch];
    })),
  },
];
