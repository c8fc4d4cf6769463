import * as tf from '@tensorflow/tfjs-core';
import type { Scalar, Tensor2D, Tensor3D, Variable } from '@tensorflow/tfjs-core';
import type { DeviceBatch, Pass, Predictions, SequenceLoss, SequenceModel, Weight } from '@gramkit/spec';
import { specificationVersion } from '@gramkit/spec';
import { keepMask } from './keep-mask.js';

/**
 * A sequence model small enough for finite differences: `s_t = sum_{k<=t} (2 r_k - 1) h_k`, logit of position t+1
 * `<dropout(tanh(s_t W)), h_{t+1}>`; binary cross-entropy over real positions.
 */
export class RunningSumModel implements SequenceModel {
  readonly specificationVersion = specificationVersion;
  readonly kind = 'model';
  readonly name = 'running-sum';
  readonly task = 'knowledge-tracing';
  readonly weights: readonly Weight[];
  readonly #mixing: Variable;
  readonly #scale: Variable;

  readonly #dropout: number;

  constructor(dimension = 5, seed = 11, dropout = 0) {
    this.#dropout = dropout;
    this.#mixing = tf.variable(tf.randomNormal([dimension, dimension], 0, 0.5, 'float32', seed));
    this.#scale = tf.variable(tf.scalar(1.5));
    this.weights = [
      { name: 'mixing', variable: this.#mixing, trainable: true },
      { name: 'scale', variable: this.#scale, trainable: true },
    ];
  }

  loss(itemEncodings: Tensor2D, batch: DeviceBatch, pass: Pass): SequenceLoss {
    const { scores, labels, valid } = this.#predict(itemEncodings, batch, pass);
    const count = tf.sum(valid);
    const losses = tf.sub(tf.softplus(scores), tf.mul(scores, labels));
    return { loss: tf.div(tf.sum(tf.mul(losses, valid)), count) as Scalar, count: tf.reshape(count, []) as Scalar, scores: scores as Tensor2D };
  }

  score(itemEncodings: Tensor2D, batch: DeviceBatch): Predictions {
    return this.#predict(itemEncodings, batch, undefined);
  }

  #predict(itemEncodings: Tensor2D, { references, fields }: DeviceBatch, pass: Pass | undefined): Predictions {
    const items = references.items as Tensor2D;
    const [size, length] = items.shape;
    const dimension = itemEncodings.shape[1];
    const real = tf.cast(tf.greaterEqual(items, tf.scalar(0, 'int32')), 'float32');
    const encodings = tf.mul(tf.gather(itemEncodings, tf.relu(items)), tf.expandDims(real, 2)) as Tensor3D; // [size, length, dimension]
    const signs = tf.expandDims(tf.sub(tf.mul(fields.responses!, 2), 1), 2);
    const states = runningSums(tf.mul(encodings, signs) as Tensor3D);
    const hidden = tf.tanh(tf.matMul(tf.reshape(states, [-1, dimension]), this.#mixing as Tensor2D));
    const kept = pass?.training && this.#dropout > 0 ? tf.mul(hidden, keepMask(pass.seed, tf.range(0, hidden.shape[0]!, 1, 'int32'), dimension, this.#dropout)) : hidden;
    const mixed = tf.reshape(kept, [size, length - 1, dimension]);
    const next = tf.slice(encodings, [0, 1, 0], [size, length - 1, dimension]);
    return {
      scores: tf.mul(tf.sum(tf.mul(mixed, next), 2), this.#scale),
      labels: tf.slice(fields.responses as Tensor2D, [0, 1], [size, length - 1]),
      valid: tf.slice(real as Tensor2D, [0, 1], [size, length - 1]),
      references: tf.slice(items, [0, 1], [size, length - 1]),
    };
  }

  dispose(): void {
    this.weights.forEach(({ variable }) => variable.dispose());
  }
}

/** Sums over positions up to each but the last: `[size, length, dimension]` to `[size, length - 1, dimension]`. tfjs's gradient of cumsum fails on a middle axis. */
function runningSums(values: Tensor3D): Tensor3D {
  const [size, length, dimension] = values.shape;
  const position = tf.range(0, length, 1, 'int32');
  const triangle = tf.cast(tf.lessEqual(tf.reshape(position, [length, 1]), tf.reshape(tf.slice(position, 0, length - 1), [1, length - 1])), 'float32') as Tensor2D;
  const sums = tf.matMul(tf.reshape(tf.transpose(values, [0, 2, 1]), [size * dimension, length]), triangle);
  return tf.transpose(tf.reshape(sums, [size, dimension, length - 1]), [0, 2, 1]);
}
