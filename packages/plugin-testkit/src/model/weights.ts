import { Adam, adamOptions, applyGradients, rowGradients, uploadBatch } from '@gramkit/tensor';
import { weightValues } from '@gramkit/tensor/testing';
import type { SequenceModel } from '@gramkit/spec';
import * as tf from '@tensorflow/tfjs-core';
import { demand } from '../check.js';
import { sameNumbers } from '../comparison/number-lists.js';
import { changedWeights, loadSavedWeights } from '../surroundings/saved-weights.js';
import { passOf, valuesOf, type ModelTrial } from './model-trial.js';

/** A trained model's weights make of a new model the same one. */
export async function survivesSaveAndLoad(trial: ModelTrial): Promise<void> {
  const { model, encodings, examples, another } = trial;
  train(trial, model, 2);
  const loaded = await another(2);
  await loadSavedWeights(model.weights, loaded.weights);
  const [found, expected] = [loaded, model].map((each) => valuesOf(each, encodings, examples.whole).scores);
  demand(sameNumbers(found!, expected!), 'a new model with the saved weights scores otherwise than the one they were saved from', 'list every tensor that scores depend on in `weights`, those that are not trained with `trainable: false`; keep nothing beside them.');
}

/** Passes change no weight, and training none that is frozen. */
export function keepsFrozenWeights(trial: ModelTrial): void {
  const { model, encodings, examples } = trial;
  const before = weightValues(model.weights);
  const batch = uploadBatch(examples.whole);
  model.loss(encodings, batch, passOf(true));
  model.score(encodings, batch);
  const touched = changedWeights(model.weights, before);
  demand(touched.length === 0, `a pass changes ${touched.join(', ')}`, 'assign no variable in `loss` and `score`: they are pure, and optimizers alone change weights.');
  train(trial, model, 2);
  const moved = changedWeights(model.weights.filter(({ trainable }) => !trainable), before);
  demand(moved.length === 0, `training changes ${moved.join(', ')}, which are frozen`, 'leave weights with `trainable: false` as they are.');
}

/** Steps of Adam, whose dropout seeds are their numbers. */
function train({ encodings, examples, scope }: ModelTrial, model: SequenceModel, steps: number): void {
  const optimizer = scope.own(new Adam(model.weights, adamOptions.parse({ learningRate: 0.01 })));
  const batch = uploadBatch(examples.whole);
  for (let step = 0; step < steps; step++) tf.tidy(() => applyGradients(optimizer, rowGradients(model, encodings, batch, passOf(true, step)).weights, model.weights));
}
