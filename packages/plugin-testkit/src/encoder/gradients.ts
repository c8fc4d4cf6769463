import type { Engine, GradientStrategy, ItemEncoder } from '@gramkit/spec';
import { EndToEnd, endToEndOptions } from '@gramkit/strategy-end-to-end';
import { SingleStep, singleStepOptions } from '@gramkit/strategy-single-step';
import { EncoderPasses, type Gradients, recordPass, trainableWeights, type TrainedPair, variablesOf } from '@gramkit/tensor';
import { compareGradients, RecordingOptimizer, relativeDifference, RunningSumModel, tinyBatch } from '@gramkit/tensor/testing';
import * as tf from '@tensorflow/tfjs-core';
import { demand } from '../check.js';
import { thrownBy } from '../common/error-codes.js';
import { tensorsLeftBy } from '../comparison/tensor-count.js';
import { type WrongGradient, wrongGradients } from '../comparison/finite-differences.js';
import { engineFor } from '../surroundings/engines.js';
import { callFor, encodingsOf, fillingEngine, greatestRowDifference, type Mode } from './encodings.js';
import type { EncoderTrial } from './encoder-trial.js';
import { repeatableModes } from './other-passes.js';
import { cotangentOf, recordedGradients } from './recorded-gradients.js';

/** The gradient of `<cotangent, encode>` is its slope, weight by weight. */
export function agreesWithFiniteDifferences(trial: EncoderTrial): void {
  for (const mode of repeatableModes(trial)) {
    const wrong = wrongGradientsOf(trial, mode);
    const list = wrong.map(({ name, slope, predicted }) => `'${name}' (encodings change by ${slope.toPrecision(4)}, the gradient says ${predicted.toPrecision(4)})`);
    demand(wrong.length === 0, `${mode.training ? 'in training' : 'without dropout'} gradients are not slopes, by weights: ${list.join(', ')}`,
      'compute everything by tfjs operations of `variable` itself; look for a wrong tf.customGrad, a mask that the gradient draws anew, a dataSync on the way, or a tensor that was made of a variable once and kept.');
  }
}

/** Of all items together, or else of each by itself: the more units take a maximum, the more of them are close to taking another one. */
function wrongGradientsOf(trial: EncoderTrial, mode: Mode): readonly WrongGradient[] {
  // The last row is a copy of the first: one of each.
  const rows = trial.items.slice(0, -1).slice(0, 8).map((_, row) => row);
  if (wrongGradientsThrough(trial, mode, rows, rows).length === 0) return [];
  return rows.reduce<readonly WrongGradient[]>((wrong, row) => (wrong.length > 0 ? wrong : wrongGradientsThrough(trial, mode, rows, [row])), []);
}

/** All items are encoded, and the encodings of some of them are looked at. */
function wrongGradientsThrough({ encoder, catalogue }: EncoderTrial, mode: Mode, rows: readonly number[], looked: readonly number[]): readonly WrongGradient[] {
  const [input, pass] = callFor(encoder, catalogue, rows, mode);
  const weights = trainableWeights(encoder.weights);
  const recorded = recordPass(() => encoder.encode(input, pass));
  const cotangent = tf.tidy(() => {
    const chosen = tf.mul(cotangentOf(recorded.value.shape), tf.tensor2d(rows.map((row) => [Number(looked.includes(row))])));
    return tf.div(chosen, tf.maximum(tf.norm(tf.mul(recorded.value, tf.abs(tf.sign(chosen)))), 1e-12));
  });
  const gradients = recorded.pullBack(recorded.value, cotangent, variablesOf(weights));
  const valueOf = (): number => tf.tidy(() => tf.sum(tf.mul(encoder.encode(input, pass), cotangent)).dataSync()[0]!);
  return wrongGradients(valueOf, weights.map(({ name, variable }, place) => ({ name, variable, gradient: gradients[place] })));
}

/** Encoding each item of a batch once gives the gradient of encoding it wherever it occurs. */
export async function givesTheGradientsOfEndToEnd(trial: EncoderTrial): Promise<void> {
  const [mode] = repeatableModes(trial);
  if (mode === undefined || trainableWeights(trial.encoder.weights).length === 0) return;
  const encoder = inMode(trial.encoder, mode);
  const endToEnd = await updatesBy(trial, encoder, (pair) => new EndToEnd(pair, endToEndOptions.parse({})));
  const singleStep = await updatesBy(trial, encoder, (pair) => new SingleStep(pair, singleStepOptions.parse({})));
  for (const network of ['encoder', 'sequenceModel'] as const) {
    const difference = relativeDifference(singleStep[network], endToEnd[network]);
    demand(difference < 1e-4, `the gradient of the ${network === 'encoder' ? 'encoder' : 'sequence model behind it'} in single-step differs from that in end-to-end by ${difference.toPrecision(2)} of its length`,
      'let an item that occurs n times in a mini-batch be encoded n times alike, its gradients added up: no mean over what occurs more than once, no table of what was encoded already, no norm over the mini-batch.');
  }
}

/** The encoder with dropout as in `mode`, whatever the pass says. */
function inMode(encoder: ItemEncoder, { training }: Mode): ItemEncoder {
  const { specificationVersion, kind, name, dimension, inputLayout, maximumLength, weights } = encoder;
  return {
    specificationVersion, kind, name, dimension, weights, ...(inputLayout && { inputLayout }), ...(maximumLength && { maximumLength }),
    encode: (input, pass) => encoder.encode(input, { ...pass, training }),
    dispose: () => undefined,
  };
}

/** One step on histories in which items occur again and again; the weights stay where they are. */
async function updatesBy({ scope, catalogue, items }: EncoderTrial, itemEncoder: ItemEncoder, strategyOf: (pair: TrainedPair) => GradientStrategy) {
  const sequenceModel = scope.own(new RunningSumModel(itemEncoder.dimension));
  const encoderOptimizer = new RecordingOptimizer(itemEncoder.weights);
  const sequenceModelOptimizer = new RecordingOptimizer(sequenceModel.weights);
  const strategy = scope.own(strategyOf({ itemEncoder, sequenceModel, encoderOptimizer, sequenceModelOptimizer }));
  await strategy.begin({ catalogue, stepsPerEpoch: 1, epochs: 1, seed: 1, report: () => undefined });
  await strategy.step(tinyBatch(5, items.length));
  return { encoder: encoderOptimizer.updates[0]!, sequenceModel: sequenceModelOptimizer.updates[0]! };
}

/** Compiled into functions, the encoder gives the encodings and gradients of its operations run one by one. */
export async function computesCompiledTheSame(trial: EncoderTrial): Promise<void> {
  const { encoder, catalogue, rows } = trial;
  // What keeps tensors cannot be compiled; another check says so.
  if ((await tensorsLeftBy(() => void encodingsOf(encoder, catalogue, rows, { training: false }), 1)) !== 0) return;
  const [compiling, filling] = [await engineFor('compiled'), await fillingEngine()];
  for (const mode of repeatableModes(trial)) {
    const thrown = await thrownBy(() => demandTheSame(trial, mode, compiling, filling));
    demand(thrown === undefined, `the encoder cannot be compiled: ${String(thrown?.error)}`, compiledMend);
  }
}

function demandTheSame(trial: EncoderTrial, mode: Mode, compiling: Engine, filling: Engine): void {
  const { encoder, catalogue, rows } = trial;
  for (const some of [rows, [0]]) {
    const difference = greatestRowDifference(encodingsOf(encoder, catalogue, some, mode, compiling), encodingsOf(encoder, catalogue, some, mode, filling));
    demand(difference.relative < 1e-4, `encodings ${mode.training ? 'in training' : 'without dropout'} differ by ${difference.absolute.toPrecision(2)} where the engine compiles the encoder`, compiledMend);
  }
  const weights = trainableWeights(encoder.weights);
  if (!mode.training || weights.length === 0) return;
  const [found, expected] = [compiling, filling].map((engine) => gradientsBy(trial, engine)) as [Gradients, Gradients];
  const apart = compareGradients(found, expected, weights);
  demand(apart < 1e-4, `gradients differ by ${apart.toPrecision(2)} of their length where the engine compiles the encoder`, compiledMend);
}

function gradientsBy(trial: EncoderTrial, engine: Engine): Gradients {
  const passes = new EncoderPasses(trial.encoder, engine);
  try {
    return recordedGradients(passes, trial);
  } finally {
    passes.dispose();
  }
}

const compiledMend = 'draw no random number, read no value and decide nothing by one in `encode`: a compiled function does again what it did when it was recorded.';
