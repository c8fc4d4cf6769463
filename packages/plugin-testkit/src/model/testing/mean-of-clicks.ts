import { GramkitError, specificationVersion, type DeviceBatch, type Predictions, type SequenceLoss, type SequenceModel, type Weight } from '@gramkit/spec';
import { candidateCrossEntropy, gatherRows, normal, randomSource } from '@gramkit/tensor';
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';

/** A model of recommendation small enough for finite differences: with m the mean of the clicked encodings, 0 without any, candidate c scores `<tanh(m W), c>`. */
export class MeanOfClicks implements SequenceModel {
  readonly specificationVersion = specificationVersion;
  readonly kind = 'model';
  readonly name = 'mean-of-clicks';
  readonly task = 'recommendation';
  readonly weights: readonly Weight[];
  readonly #mixing: tf.Variable<tf.Rank.R2>;

  /** @param empty what an empty history is divided by: 1, or 0 for a bug. */
  constructor(dimension: number, seed: number, private readonly empty = 1) {
    this.#mixing = tf.tidy(() => tf.variable(normal([dimension, dimension], 0.5, randomSource(seed)))) as tf.Variable<tf.Rank.R2>;
    this.weights = [{ name: 'mixing', variable: this.#mixing, trainable: true }];
  }

  loss(itemEncodings: Tensor2D, batch: DeviceBatch): SequenceLoss {
    const { scores, labels, valid } = this.score(itemEncodings, batch);
    return { ...candidateCrossEntropy(scores as Tensor2D, labels as Tensor2D, valid as Tensor2D), scores: scores as Tensor2D };
  }

  score(itemEncodings: Tensor2D, { references, fields }: DeviceBatch): Predictions {
    const { history, candidates } = references as Record<string, Tensor2D | undefined>;
    if (history === undefined || candidates === undefined) throw new GramkitError('DATA_MISMATCH', 'the batch has no impressions', { field: 'references.history', fix: 'use a data set for recommendation' });
    const users = this.#users(itemEncodings, history);
    const scores = tf.sum<Tensor2D>(tf.mul(gatherRows(itemEncodings, candidates), tf.expandDims(users, 1)), 2);
    return { scores, labels: tf.clone(fields.labels!), valid: isItem(candidates), references: tf.clone(candidates) };
  }

  dispose(): void {
    this.#mixing.dispose();
  }

  /** `[rows, dimension]` */
  #users(itemEncodings: Tensor2D, history: Tensor2D): Tensor2D {
    const clicked = isItem(history);
    const sum = tf.sum<Tensor2D>(tf.mul(gatherRows(itemEncodings, history) as Tensor3D, tf.expandDims(clicked, 2)), 1);
    return tf.tanh(tf.matMul<Tensor2D>(tf.div<Tensor2D>(sum, tf.maximum<Tensor2D>(tf.sum(clicked, 1, true), this.empty)), this.#mixing));
  }
}

function isItem(references: Tensor2D): Tensor2D {
  return tf.cast<Tensor2D>(tf.greaterEqual<Tensor2D>(references, tf.scalar(0, 'int32')), 'float32');
}
