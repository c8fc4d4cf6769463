import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { RandomSource } from './random.js';

/** Uniform in ±sqrt(6 / (fanIn + fanOut)) for a weight matrix `[fanIn, fanOut]` (Glorot and Bengio, 2010, equation 16). */
export function glorotUniform(shape: readonly [fanIn: number, fanOut: number], source: RandomSource): Tensor {
  return uniform(shape, Math.sqrt(6 / (shape[0] + shape[1])), source);
}

/** Uniform in ±1/sqrt(fanIn): how PyTorch starts weights and biases of linear layers, and those of an LSTM with `fanIn` its hidden size. */
export function fanInUniform(shape: readonly number[], fanIn: number, source: RandomSource): Tensor {
  return uniform(shape, 1 / Math.sqrt(fanIn), source);
}

/** Normal with mean 0. */
export function normal(shape: readonly number[], standardDeviation: number, source: RandomSource): Tensor {
  return fill(shape, () => standardDeviation * source.normal());
}

function uniform(shape: readonly number[], bound: number, source: RandomSource): Tensor {
  return fill(shape, () => bound * (2 * source.uniform() - 1));
}

function fill(shape: readonly number[], draw: () => number): Tensor {
  const values = Float32Array.from({ length: tf.util.sizeFromShape([...shape]) }, draw);
  return tf.tensor(values, [...shape], 'float32');
}
