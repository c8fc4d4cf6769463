import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';
import { GramkitError } from '@gramkit/spec';
import type { DeviceBatch, Pass, Predictions, SequenceLoss, SequenceModel, Weight } from '@gramkit/spec';
import { binaryCrossEntropy, dropout, gatherRows, linear, linearOfRows, multiHeadAttention, readKnowledgeTracingSteps, residualLayerNorm } from '@gramkit/tensor';
import type { KnowledgeTracingSteps } from '@gramkit/tensor';
import type { SaktOptions } from './options.js';
import { visiblePast, type VisiblePast } from './visible-past.js';
import { createWeights, type SaktWeights } from './weights.js';

/** Added to a variance before its root, as PyTorch's LayerNorm does. */
const epsilon = 1e-5;

/**
 * SAKT, self-attentive knowledge tracing (Pandey and Karypis, 2019), over item encodings: with E the encodings, a the responses, p a
 * learnt vector for each position t of a window,
 *
 *     q_t = E_{t+1}
 *     m_t = E_t + R[a_t] + p_t
 *     s_t = MultiHead(q_t; m_0 .. m_t; m_0 .. m_t)
 *     b_t = LayerNorm(q_t + s_t)
 *     f_t = LayerNorm(b_t + W2 relu(W1 b_t + c1) + c2)
 *     z_t = w f_t + c
 *     L   = mean over pairs (t, t+1) of a window of BCE(sigmoid(z_t), a_{t+1})
 *
 * The prediction of position t + 1 sees responses up to t and the item of t + 1. Neither padding nor the first item of a window is ever predicted.
 * A row may hold several windows; none sees another's past.
 */
export class Sakt implements SequenceModel {
  readonly specificationVersion = 1;
  readonly kind = 'model';
  readonly name = 'sakt';
  readonly task = 'knowledge-tracing';
  readonly batchLayout = 'rows';
  readonly weights: readonly Weight[];
  readonly #parameters: SaktWeights;
  readonly #dimension: number;
  readonly #options: SaktOptions;

  /**
   * @param dimension d, the length of an item encoding.
   * @throws GramkitError CONFIGURATION_INVALID where the heads do not divide it.
   */
  constructor(dimension: number, seed: number, options: SaktOptions) {
    if (dimension % options.heads !== 0) {
      throw new GramkitError('CONFIGURATION_INVALID', `${options.heads} heads cannot share item encodings of length ${dimension} evenly`, {
        field: 'model.heads',
        fix: `Set a number of heads that divides ${dimension}.`,
      });
    }
    this.#dimension = dimension;
    this.#options = options;
    this.#parameters = createWeights(dimension, options.maximumLength, seed);
    this.weights = this.#parameters.all;
  }

  loss(itemEncodings: Tensor2D, batch: DeviceBatch, pass: Pass): SequenceLoss {
    return tf.tidy(() => {
      const steps = this.#steps(itemEncodings, batch);
      const scores = this.#logits(itemEncodings, steps, pass);
      return { ...binaryCrossEntropy(scores, steps.nextResponses, steps.valid), scores };
    });
  }

  score(itemEncodings: Tensor2D, batch: DeviceBatch): Predictions {
    return tf.tidy(() => {
      const steps = this.#steps(itemEncodings, batch);
      const { nextResponses: labels, valid, nextItems: references } = steps;
      return { scores: this.#logits(itemEncodings, steps), labels, valid, references };
    });
  }

  dispose(): void {
    tf.dispose(this.weights.map((weight) => weight.variable));
  }

  #steps(itemEncodings: Tensor2D, batch: DeviceBatch): KnowledgeTracingSteps {
    const steps = readKnowledgeTracingSteps(itemEncodings, this.#dimension, batch, 'SAKT');
    const { maximumLength } = this.#options;
    const length = steps.valid.shape[1] + 1;
    if (length <= maximumLength + 1) return steps;
    throw new GramkitError('CONFIGURATION_INVALID', `SAKT has ${maximumLength} positions and reads windows of up to ${maximumLength + 1} interactions; the batch has windows of ${length}`, {
      field: 'data.windowLength',
      fix: `Set data.windowLength to ${maximumLength + 1} or less, or model.maximumLength to ${length - 1} or more.`,
    });
  }

  /** z `[rows, length - 1]` */
  #logits(itemEncodings: Tensor2D, steps: KnowledgeTracingSteps, pass?: Pass): Tensor2D {
    const { attention, attentionNorm, feedForward, feedForwardNorm, predictor } = this.#parameters;
    const shape = steps.valid.shape;
    const question = gatherRows(itemEncodings, tf.reshape(steps.nextItems, [steps.nextItems.size])) as Tensor2D;
    const attended = this.#drop(linear(this.#heads(itemEncodings, steps), attention.output.weight, attention.output.bias), 0, shape, pass);
    const hidden = residualLayerNorm(attended, question, attentionNorm.weight, attentionNorm.bias, epsilon);
    const inner = tf.relu(linear(hidden, feedForward.inner.weight, feedForward.inner.bias));
    const outer = this.#drop(linear(inner, feedForward.outer.weight, feedForward.outer.bias), 1, shape, pass);
    const final = residualLayerNorm(outer, hidden, feedForwardNorm.weight, feedForwardNorm.bias, epsilon);
    return tf.reshape(linear(final, predictor.weight, predictor.bias), shape);
  }

  /** What the heads put out, side by side: `[rows × steps, d]`. */
  #heads(itemEncodings: Tensor2D, steps: KnowledgeTracingSteps): Tensor2D {
    const [items, length] = steps.valid.shape;
    const past = visiblePast(length, steps.starts);
    const [queries] = linearOfRows(itemEncodings, steps.nextItems, [this.#parameters.attention.query]) as [Tensor2D];
    const [keys, values] = this.#keysAndValues(itemEncodings, steps, past);
    return multiHeadAttention(queries, keys, values, { items, length, heads: this.#options.heads }, past);
  }

  /**
   * Both projections of m `[rows × steps, d]`. A projection of m is the sum of one of E + R, which takes 2 values for each row of E, and one of
   * the position: these are projected and the projections gathered, since the unique items of a batch are far fewer than its positions.
   */
  #keysAndValues(itemEncodings: Tensor2D, { pastItems, pastResponses }: KnowledgeTracingSteps, { positions }: VisiblePast): [keys: Tensor2D, values: Tensor2D] {
    const { responses, positions: positionVectors, attention: { key, value } } = this.#parameters;
    const [rows, steps] = pastItems.shape;
    const [unique, dimension] = itemEncodings.shape;
    const interactions = tf.add(tf.reshape(responses, [2, 1, dimension]), tf.reshape(itemEncodings, [1, unique, dimension]));
    const which = tf.add(tf.mul(tf.cast(pastResponses, 'int32'), tf.scalar(unique, 'int32')), tf.maximum(pastItems, tf.scalar(0, 'int32')));
    const ofInteractions = linearOfRows(tf.reshape(interactions, [2 * unique, dimension]), which, [key, value]);
    const learnt = tf.slice(positionVectors, [0, 0], [steps, dimension]);
    return [key, value].map(({ weight }, index) => {
      const ofPositions = gatherRows(tf.matMul(learnt, weight, false, true), positions);
      const sum = tf.add<Tensor>(tf.reshape<tf.Rank.R3>(ofInteractions[index]!, [rows, steps, dimension]), ofPositions as Tensor3D);
      return tf.reshape<tf.Rank.R2>(sum, [rows * steps, dimension]);
    }) as [Tensor2D, Tensor2D];
  }

  /** An element's mask depends on its row and its place there: a padded batch has the masks of the shorter one. */
  #drop(values: Tensor2D, site: number, [rows, steps]: readonly [number, number], pass: Pass | undefined): Tensor2D {
    if (pass === undefined) return values;
    const settings = { rate: this.#options.dropout, site, strides: [this.#dimension, 1] };
    return dropout(values, [steps, this.#dimension], settings, { ...pass, maskRows: tf.range(0, rows, 1, 'int32') });
  }
}
