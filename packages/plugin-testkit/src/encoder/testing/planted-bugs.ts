import type { EncoderPass, Weight } from '@gramkit/spec';
import { dropout } from '@gramkit/tensor';
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor1D, Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';
import { z } from 'zod';
import type { PluginOf } from '../../surroundings/plugin-of.js';
import { honestPreprocessor, preparationWith } from '../../tokenizer/testing/honest-tokenizer.js';
import { dropRate, encoderWith, honestEncoderOptions, type EncoderParts, type LastStep } from './honest-encoder.js';

/** A bug, and the one check that finds it. */
export interface PlantedBug {
  readonly bug: string;
  readonly check: string;
  readonly plugin: PluginOf<'encoder'>;
}

/** Dropout whose masks depend on something else. */
const droppedBy = (pass: (honest: EncoderPass) => EncoderPass): Partial<EncoderParts> => ({ drop: (words, honest) => drop(words, pass(honest), [words.shape[2], 1]) });

const last = (step: LastStep): Partial<EncoderParts> => ({ finish: () => step });

const bugs: readonly (readonly [check: string, bug: string, planted: Partial<EncoderParts>])[] = [
  ['declares what the container needs', 'a component that has another name than its plugin', { name: 'another' }],
  ['declares what the container needs', 'an option without a description', { options: honestEncoderOptions.extend({ extra: z.boolean().default(false) }) }],
  ['gives its shapes', 'one item without the axis of items', last((encodings) => (encodings.shape[0] === 1 ? tf.squeeze(encodings, [0]) : encodings) as Tensor2D)],
  ['is deterministic under a seed', 'initial values drawn without the seed', { seedOf: () => Math.floor(Math.random() * 2 ** 31) }],
  ['is pure', 'encodings that drift from pass to pass', { finish: drifting }],
  ['is pure', 'encodings about the mean of their mini-batch', last((encodings) => tf.sub(encodings, tf.mean(encodings, 0, true)))],
  ['gives the same masks in a second pass', 'masks drawn by Math.random', { drop: (words, { training }) => (training ? tf.mul(words, randomMask(words.shape)) : words) }],
  ['gives the same masks in a second pass', 'masks by the place in the mini-batch', droppedBy((pass) => ({ ...pass, maskRows: tf.range(0, pass.maskRows.shape[0], 1, 'int32') }))],
  ['gives the same masks in a second pass', 'one mask for all items', droppedBy((pass) => ({ ...pass, maskRows: tf.zerosLike(pass.maskRows) }))],
  ['gives the same masks in a second pass', 'the same masks under every seed', droppedBy((pass) => ({ ...pass, seed: tf.zerosLike(pass.seed) }))],
  ['gives the same masks in a second pass', 'masks by the length that texts are padded to', { drop: (words, pass) => drop(words, pass, [1, words.shape[1]]) }],
  ['gives the same masks in a second pass', 'dropout that is not declared', { drawsMasks: false }],
  ['agrees with finite differences', 'a gradient that is half too large', last((encodings) => withGradient(encodings, (gradient) => tf.mul(gradient, 1.5)))],
  ['agrees with finite differences', 'a gradient that draws its masks anew', { drop: (words, pass) => maskedAnew(words, pass) }],
  ['gives the gradients of end-to-end in single-step', 'gradients shared out among the occurrences of an item', last((encodings, { maskRows }) => sharedOut(encodings, maskRows))],
  ['computes compiled what it computes operation by operation', 'a value that is read', last((encodings) => (encodings.dataSync()[0]! > 1e9 ? tf.zerosLike(encodings) : encodings))],
  ['ignores padding', 'a mean over padding too', { pool: (words) => tf.mean(words, 1) }],
  ['survives save and load', 'a weight that is not listed', { listed: without('projection') }],
  ['keeps frozen weights', 'a frozen weight given as trainable', { listed: (weights) => weights.map((weight) => ({ ...weight, trainable: true })) }],
  ['keeps frozen weights', 'a frozen weight that is trained under another name', { listed: (weights) => [...weights, { name: 'shift', variable: weights.at(-1)!.variable, trainable: true }] }],
  ['leaks no tensors', 'a tensor kept at every pass', last((encodings) => tf.keep(encodings.clone()))],
  ['leaks no tensors', 'a weight that is not disposed', { disposed: without('bias') }],
  ['refuses unknown options', 'a schema that takes any key', { options: z.object(honestEncoderOptions.shape) }],
  ['throws errors with codes', 'a plain error', { refuse: (dimension) => { if (dimension > 100) throw new Error('too large'); } }],
  ['prepares its items', 'lengths without special tokens', { preprocessor: () => honestPreprocessor(preparationWith((inner) => ({ lengthOf: (row) => inner.lengthOf(row) - 1 }))) }],
];

export const plantedBugs: readonly PlantedBug[] = bugs.map(([check, bug, planted]) => ({ check, bug, plugin: encoderWith(planted) }));

function drop(words: Tensor3D, pass: EncoderPass, strides: readonly number[]): Tensor3D {
  return dropout(words, words.shape.slice(1), { rate: dropRate, site: 0, strides }, pass);
}

function randomMask(shape: readonly number[]): Tensor {
  const values = Float32Array.from({ length: shape.reduce((product, size) => product * size, 1) }, () => (Math.random() < dropRate ? 0 : 1 / (1 - dropRate)));
  return tf.tensor(values, [...shape]);
}

/** Only outside training. */
function drifting(): LastStep {
  let passes = 0;
  return (encodings, { training }) => (training ? encodings : tf.add(encodings, 0.01 * passes++));
}

function withGradient<Value extends Tensor>(value: Value, gradientOf: (gradient: Tensor) => Tensor): Value {
  return tf.customGrad((...given) => ({ value: tf.clone(given[0] as Tensor), gradFunc: (gradient: Tensor) => gradientOf(gradient) }))(value) as Value;
}

function maskedAnew(words: Tensor3D, pass: EncoderPass): Tensor3D {
  if (!pass.training) return words;
  const compute = tf.customGrad((...given) => {
    const [values, save] = given as unknown as [Tensor3D, tf.GradSaveFunc];
    const mask = (seed: tf.Scalar): Tensor => drop(tf.onesLike(values), { ...pass, seed }, [values.shape[2], 1]);
    save([mask(tf.add(pass.seed, tf.scalar(1, 'int32')))]);
    return { value: tf.mul(values, mask(pass.seed)), gradFunc: (gradient: Tensor, [other]: Tensor[]) => tf.mul(gradient, other!) };
  });
  return compute(words) as Tensor3D;
}

/** The gradient of each row over how often its mask row is there. */
function sharedOut(encodings: Tensor2D, maskRows: Tensor1D): Tensor2D {
  const compute = tf.customGrad((...given) => {
    const [values, save] = given as unknown as [Tensor2D, tf.GradSaveFunc];
    const same = tf.cast(tf.equal(tf.expandDims(maskRows, 1), tf.expandDims(maskRows, 0)), 'float32');
    save([tf.sum(same, 1, true)]);
    return { value: tf.clone(values), gradFunc: (gradient: Tensor, [occurrences]: Tensor[]) => tf.div(gradient, occurrences!) };
  });
  return compute(encodings) as Tensor2D;
}

function without(name: string): (weights: readonly Weight[]) => readonly Weight[] {
  return (weights) => weights.filter((weight) => weight.name !== name);
}
