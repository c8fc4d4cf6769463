import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor2D, Variable } from '@tensorflow/tfjs-core';
import type { DeviceBatch, Pass, Predictions, SequenceLoss, SequenceModel, Weight } from '@gramkit/spec';
import { specificationVersion } from '@gramkit/spec';
import { binaryCrossEntropy } from '../binary-cross-entropy.js';
import { readKnowledgeTracingSteps } from '../knowledge-tracing-steps.js';
import type { KnowledgeTracingSteps } from '../knowledge-tracing-steps.js';
import { keepMask } from './keep-mask.js';

/**
 * A sequence model small enough for finite differences: `s_t = sum_{k<=t} (2 r_k - 1) h_k` over the window's positions, logit of position t+1
 * `<dropout(tanh(s_t W)), h_{t+1}>`; binary cross-entropy over what counts.
 */
export class RunningSumModel implements SequenceModel {
  readonly specificationVersion = specificationVersion;
  readonly kind = 'model';
  readonly name = 'running-sum';
  readonly task = 'knowledge-tracing';
  readonly batchLayout = 'rows';
  readonly weights: readonly Weight[];
  readonly #mixing: Variable;
  readonly #scale: Variable;
  readonly #dimension: number;
  readonly #dropout: number;

  constructor(dimension = 5, seed = 11, dropout = 0) {
    this.#dimension = dimension;
    this.#dropout = dropout;
    [this.#mixing, this.#scale] = tf.tidy(() => [tf.variable(tf.randomNormal([dimension, dimension], 0, 0.5, 'float32', seed)), tf.variable(tf.scalar(1.5))]) as [Variable, Variable];
    this.weights = [
      { name: 'mixing', variable: this.#mixing, trainable: true },
      { name: 'scale', variable: this.#scale, trainable: true },
    ];
  }

  loss(itemEncodings: Tensor2D, batch: DeviceBatch, pass: Pass): SequenceLoss {
    const steps = readKnowledgeTracingSteps(itemEncodings, this.#dimension, batch, this.name);
    const scores = this.#logits(itemEncodings, steps, pass);
    return { ...binaryCrossEntropy(scores, steps.nextResponses, steps.valid), scores };
  }

  score(itemEncodings: Tensor2D, batch: DeviceBatch): Predictions {
    const steps = readKnowledgeTracingSteps(itemEncodings, this.#dimension, batch, this.name);
    const { nextResponses: labels, valid, nextItems: references } = steps;
    return { scores: this.#logits(itemEncodings, steps), labels, valid, references };
  }

  dispose(): void {
    this.weights.forEach(({ variable }) => variable.dispose());
  }

  /** `[rows, length - 1]` */
  #logits(itemEncodings: Tensor2D, { pastItems, pastResponses, nextItems, starts }: KnowledgeTracingSteps, pass?: Pass): Tensor2D {
    const [rows, length] = pastItems.shape;
    const encoded = (items: Tensor2D): Tensor => tf.gather(itemEncodings, tf.relu(items)); // [rows, length - 1, dimension]
    const signs = tf.expandDims(tf.sub(tf.mul(pastResponses, 2), 1), 2);
    const states = tf.matMul(visible(length, starts), tf.mul(encoded(pastItems), signs));
    const hidden = tf.tanh(tf.matMul(tf.reshape(states, [-1, this.#dimension]), this.#mixing as Tensor2D));
    const mask = pass?.training && this.#dropout > 0 ? keepMask(pass.seed, tf.range(0, hidden.shape[0]!, 1, 'int32'), this.#dimension, this.#dropout) : 1;
    const mixed = tf.reshape(tf.mul(hidden, mask), [rows, length, this.#dimension]);
    return tf.mul<Tensor2D>(tf.sum(tf.mul(mixed, encoded(nextItems)), 2), this.#scale);
  }
}

/** `[rows or 1, length, length]`: 1 where the second position is one of the first's window and not behind it. */
function visible(length: number, starts: Tensor2D | undefined): Tensor {
  const position = tf.range(0, length, 1, 'int32');
  const past = tf.cast(tf.lessEqual(tf.reshape(position, [1, 1, length]), tf.reshape(position, [1, length, 1])), 'float32');
  if (starts === undefined) return past;
  const window = tf.cumsum(starts, 1);
  return tf.mul(past, tf.cast(tf.equal(tf.expandDims(window, 1), tf.expandDims(window, 2)), 'float32'));
}
