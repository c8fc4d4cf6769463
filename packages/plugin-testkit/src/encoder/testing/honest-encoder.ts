import { definePlugin, type DeviceTensors, type EncoderPass, GramkitError, type ItemEncoder, type Preprocessor, specificationVersion, tokens, type Weight } from '@gramkit/spec';
import { dropout, gatherRows, linear, WeightSet } from '@gramkit/tensor';
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor1D, Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';
import { z } from 'zod';
import type { PluginOf } from '../../surroundings/plugin-of.js';

const width = 6;

export type LastStep = (encodings: Tensor2D, pass: EncoderPass) => Tensor2D;

/** What an honest encoder does; a planted bug replaces one of these. */
export interface EncoderParts {
  readonly options: z.ZodType;
  /** Of the component; that of the plugin stays. */
  readonly name: string;
  readonly seedOf: (seed: number) => number;
  readonly refuse: (dimension: number) => void;
  /** `[items, length, width]`, with dropout. */
  readonly drop: (words: Tensor3D, pass: EncoderPass) => Tensor3D;
  /** `[items, length, width]` to `[items, width]`. */
  readonly pool: (words: Tensor3D, lengths: Tensor1D) => Tensor2D;
  /** Makes what comes last, anew for each encoder. */
  readonly finish: () => LastStep;
  /** Out of those that there are. */
  readonly listed: (weights: readonly Weight[]) => readonly Weight[];
  /** Of those that there are. */
  readonly disposed: (weights: readonly Weight[]) => readonly Weight[];
  readonly drawsMasks: boolean;
  readonly preprocessor: (() => Preprocessor) | undefined;
}

export const honestEncoderOptions = z.strictObject({
  dimension: z.int().min(1).default(5).describe('Length of an item encoding.'),
});

export const dropRate = 0.4;

const honest: EncoderParts = {
  options: honestEncoderOptions,
  name: 'honest',
  seedOf: (seed) => seed,
  refuse: (dimension) => {
    if (dimension > 100) throw new GramkitError('CONFIGURATION_INVALID', `dimension is ${dimension}, and at most 100 is known`, { field: 'dimension' });
  },
  drop: (words, pass) => dropout(words, words.shape.slice(1), { rate: dropRate, site: 0, strides: [width, 1] }, pass),
  pool: (words, lengths) => {
    const [items, length] = words.shape;
    const real = tf.cast(tf.less(tf.reshape(tf.range(0, length, 1, 'int32'), [1, length]), tf.reshape(lengths, [items, 1])), 'float32');
    return tf.div(tf.sum(tf.mul(words, tf.expandDims(real, 2)), 1), tf.cast(tf.reshape(lengths, [items, 1]), 'float32'));
  },
  finish: () => (encodings) => encodings,
  listed: (weights) => weights,
  disposed: (weights) => weights,
  drawsMasks: true,
  preprocessor: undefined,
};

/** `tanh(mean of dropout(word vectors) W^T + b)` with a frozen b; with a bug planted where a part is given. */
export function encoderWith(planted: Partial<EncoderParts> = {}): PluginOf<'encoder'> {
  const parts = { ...honest, ...planted };
  const create = (options: unknown, seed: number, preprocessor: Preprocessor): ItemEncoder => encoderOf((options as z.output<typeof honestEncoderOptions>).dimension, seed, preprocessor, parts);
  const about = { specificationVersion, kind: 'encoder', name: 'honest', description: 'The mean of word vectors through one layer.', options: parts.options } as const;
  const { preprocessor } = parts;
  return preprocessor === undefined
    ? definePlugin({ ...about, dependencies: { seed: tokens.seed, tokenizer: tokens.tokenizer }, create: ({ options, seed, tokenizer }) => create(options, seed, tokenizer) })
    : definePlugin({ ...about, dependencies: { seed: tokens.seed }, create: ({ options, seed }) => create(options, seed, preprocessor()) });
}

function encoderOf(dimension: number, seed: number, preprocessor: Preprocessor, parts: EncoderParts): ItemEncoder {
  parts.refuse(dimension);
  const { vocabularySize } = preprocessor;
  const finish = parts.finish();
  const weights = new WeightSet(parts.seedOf(seed));
  const table = weights.matrix('words', vocabularySize, width) as unknown as Tensor2D;
  const projection = weights.matrix('projection', dimension, width) as unknown as Tensor2D;
  const bias = weights.add('bias', () => tf.fill([dimension], 0.3), false) as Tensor as Tensor1D;
  const encode = ({ tokenIds, lengths }: DeviceTensors, pass: EncoderPass): Tensor2D => {
    const [items, length] = tokenIds!.shape as [number, number];
    const words = tf.reshape(gatherRows(table, tf.reshape(tokenIds!, [items * length])), [items, length, width]) as Tensor3D;
    return finish(tf.tanh(linear(parts.pool(parts.drop(words, pass), lengths as Tensor1D), projection, bias)), pass);
  };
  return {
    specificationVersion, kind: 'encoder', name: parts.name, dimension, vocabularySize, drawsMasks: parts.drawsMasks, weights: parts.listed(weights.all), encode,
    ...(parts.preprocessor !== undefined && { preprocessor }),
    dispose: () => parts.disposed(weights.all).forEach(({ variable }) => variable.dispose()),
  };
}
