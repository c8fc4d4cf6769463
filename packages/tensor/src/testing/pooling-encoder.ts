import * as tf from '@tensorflow/tfjs-core';
import type { Tensor2D, Variable } from '@tensorflow/tfjs-core';
import type { DeviceTensors, EncoderPass, ItemEncoder, Weight } from '@gramkit/spec';
import { specificationVersion } from '@gramkit/spec';
import { vocabularySize } from './catalogue.js';
import { keepMask } from './keep-mask.js';

export interface PoolingEncoderOptions {
  readonly dimension?: number;
  /** Probability of zero of the dropout after pooling. */
  readonly dropout?: number;
  readonly seed?: number;
}

/** `tanh(dropout(mean of word vectors) W + b) V`: an item encoder small enough for finite differences. Counts its passes. */
export class PoolingEncoder implements ItemEncoder {
  readonly specificationVersion = specificationVersion;
  readonly kind = 'encoder';
  readonly name = 'pooling';
  readonly dimension: number;
  readonly drawsMasks: boolean;
  readonly weights: readonly Weight[];
  encodeCalls = 0;
  itemsEncoded = 0;
  /** Sizes of the chunks encoded so far. */
  readonly chunks: number[] = [];
  readonly #dropout: number;
  readonly #words: Variable;
  readonly #projection: Variable;
  readonly #bias: Variable;
  readonly #output: Variable;

  constructor({ dimension = 5, dropout = 0, seed = 1 }: PoolingEncoderOptions = {}) {
    const width = 6;
    this.dimension = dimension;
    this.#dropout = dropout;
    this.drawsMasks = dropout > 0;
    const drawn = (shape: number[], deviation: number, place: number): Variable => tf.tidy(() => tf.variable(tf.randomNormal(shape, 0, deviation, 'float32', seed + place)));
    this.#words = drawn([vocabularySize, width], 1, 0);
    this.#projection = drawn([width, width], 0.6, 1);
    this.#bias = drawn([width], 0.3, 2);
    this.#output = drawn([width, dimension], 0.6, 3);
    this.weights = [
      { name: 'words', variable: this.#words, trainable: true },
      { name: 'projection', variable: this.#projection, trainable: true },
      { name: 'bias', variable: this.#bias, trainable: false },
      { name: 'output', variable: this.#output, trainable: true },
    ];
  }

  encode({ tokenIds, lengths }: DeviceTensors, pass: EncoderPass): Tensor2D {
    this.encodeCalls++;
    this.itemsEncoded += tokenIds!.shape[0]!;
    this.chunks.push(tokenIds!.shape[0]!);
    const [items, length] = tokenIds!.shape as [number, number];
    const words = tf.gather(this.#words, tokenIds as Tensor2D); // [items, length, width]
    const mask = tf.cast(tf.less(tf.reshape(tf.range(0, length, 1, 'int32'), [1, length]), tf.reshape(lengths!, [items, 1])), 'float32');
    const sum = tf.sum(tf.mul(words, tf.expandDims(mask, 2)), 1);
    const mean = tf.div(sum, tf.cast(tf.reshape(lengths!, [items, 1]), 'float32'));
    const kept = pass.training && this.#dropout > 0 ? tf.mul(mean, keepMask(pass.seed, pass.maskRows, mean.shape[1]!, this.#dropout)) : mean;
    return tf.matMul(tf.tanh(tf.add(tf.matMul(kept as Tensor2D, this.#projection as Tensor2D), this.#bias)) as Tensor2D, this.#output as Tensor2D);
  }

  dispose(): void {
    this.weights.forEach(({ variable }) => variable.dispose());
  }
}
