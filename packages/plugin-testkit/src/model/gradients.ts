import type { Batch, GradientStrategy, SequenceModel } from '@gramkit/spec';
import { EndToEnd, endToEndOptions } from '@gramkit/strategy-end-to-end';
import { SingleStep, singleStepOptions } from '@gramkit/strategy-single-step';
import { rowGradients, SequencePasses, trainableWeights, uploadBatch, type RowGradients, type TrainedPair } from '@gramkit/tensor';
import { PoolingEncoder, RecordingOptimizer, relativeDifference, tinyCatalogue } from '@gramkit/tensor/testing';
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { demand } from '../check.js';
import { thrownBy } from '../common/error-codes.js';
import { wrongGradients } from '../comparison/finite-differences.js';
import { greatestDifference, sameNumbers } from '../comparison/number-lists.js';
import { tensorsLeftBy } from '../comparison/tensor-count.js';
import type { ComponentScope } from '../surroundings/component-scope.js';
import { engineFor } from '../surroundings/engines.js';
import { exampleRows } from './example-batches.js';
import { numberOf, passOf, trainingValues, type ModelTrial } from './model-trial.js';

/** Gradients of every trained weight and of the item encodings against slopes of the loss. */
export function agreesWithFiniteDifferences({ model, encodings, examples }: ModelTrial): void {
  const batch = uploadBatch(examples.whole);
  // Where masks are drawn anew at every pass, which is another check's matter, slopes are taken without them.
  const repeats = sameNumbers(trainingValues(model, encodings, batch, 1), trainingValues(model, encodings, batch, 1));
  const pass = passOf(repeats);
  const rows = tf.variable(encodings) as tf.Variable<tf.Rank.R2>;
  const { rows: ofRows, weights } = rowGradients(model, rows, batch, pass);
  const targets = trainableWeights(model.weights).map(({ name, variable }) => ({ name: `the weight '${name}'`, variable, gradient: (weights as Record<string, Tensor>)[name] }));
  const wrong = wrongGradients(() => tf.tidy(() => numberOf(model.loss(rows, batch, pass).loss)), [...targets, { name: 'the item encodings', variable: rows, gradient: ofRows }]);
  rows.dispose();
  demand(wrong.length === 0, `gradients are not the slope of the loss: ${wrong.map(({ name, slope, predicted }) => `of ${name} (the loss rises by ${slope.toPrecision(4)}, the gradient says ${predicted.toPrecision(4)})`).join('; ')}`,
    'compute everything by tfjs operations of the weights and encodings given; look for a wrong tf.customGrad, a dataSync on the way, or a tensor that was made of a variable once and kept.');
}

/** Encoding each item once and gathering gives what encoding every occurrence gives. */
export async function givesTheGradientsOfEndToEnd({ model, twin, examples, dimension, scope }: ModelTrial): Promise<void> {
  const endToEnd = await gradientsBy(scope, model, dimension, examples.whole, (pair) => new EndToEnd(pair, endToEndOptions.parse({})));
  const singleStep = await gradientsBy(scope, await twin(), dimension, examples.whole, (pair) => new SingleStep(pair, singleStepOptions.parse({})));
  for (const network of ['encoder', 'sequenceModel'] as const) {
    const difference = relativeDifference(singleStep[network], endToEnd[network]);
    demand(difference < 1e-4, `the gradient of the ${network === 'encoder' ? 'item encoder' : 'model'} in single-step differs from that in end-to-end by ${difference.toPrecision(2)} of its length`,
      'gather encodings by `references` and read them nowhere else: how often a row is listed, its number, and rows that nothing refers to must not matter (no mean or norm over all rows, no place of a row).');
  }
}

/** One step of both networks; the weights stay where they are. */
async function gradientsBy(scope: ComponentScope, sequenceModel: SequenceModel, dimension: number, batch: Batch, strategyOf: (pair: TrainedPair) => GradientStrategy) {
  const itemEncoder = scope.own(new PoolingEncoder({ dimension }));
  const encoderOptimizer = new RecordingOptimizer(itemEncoder.weights);
  const sequenceModelOptimizer = new RecordingOptimizer(sequenceModel.weights);
  const strategy = scope.own(strategyOf({ itemEncoder, sequenceModel, encoderOptimizer, sequenceModelOptimizer }));
  await strategy.begin({ catalogue: tinyCatalogue(exampleRows), stepsPerEpoch: 1, epochs: 1, seed: 1, report: () => undefined });
  await strategy.step(batch);
  return { encoder: encoderOptimizer.updates[0]!, sequenceModel: sequenceModelOptimizer.updates[0]! };
}

/** A loss that is compiled into one function is the loss. */
export async function computesCompiledTheSame({ model, another, twin, encodings, examples }: ModelTrial): Promise<void> {
  const { seed } = passOf(true);
  // What keeps tensors cannot be compiled; another check says so.
  const probe = await another();
  if ((await tensorsLeftBy(() => tf.tidy(() => void probe.loss(encodings, uploadBatch(examples.whole), passOf(false))), 1)) !== 0) return;
  const mend = 'draw no random number, read no value and decide nothing by one in JavaScript: a compiled function does again what it did when it was recorded.';
  const compiledPasses = new SequencePasses(await twin(), await engineFor('compiled'));
  try {
    const expected = flatGradients(new SequencePasses(model).rowGradients(encodings, examples.whole, seed));
    let found: readonly number[] = [];
    const thrown = await thrownBy(() => (found = flatGradients(compiledPasses.rowGradients(encodings, examples.whole, seed))));
    demand(thrown === undefined, `the engine cannot compile the model: '${String(thrown?.error)}'`, mend);
    const difference = greatestDifference(found, expected);
    demand(difference < 1e-4, `loss and gradients differ by ${difference.toPrecision(2)} where the engine compiles the model`, mend);
  } finally {
    compiledPasses.dispose();
  }
}

function flatGradients({ loss, rows, weights }: RowGradients): readonly number[] {
  return [loss, rows, ...Object.values(weights as Record<string, Tensor>)].flatMap((tensor) => Array.from(tensor.dataSync()));
}
