import * as tf from '@tensorflow/tfjs-core';
import type { Tensor1D, Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';
import { GramkitError } from '@gramkit/spec';
import type { DeviceBatch, Pass, Predictions, SequenceLoss, SequenceModel, Weight } from '@gramkit/spec';
import { candidateCrossEntropy, dropout, gatherRows, linear, linearOfRows, paddedAttention } from '@gramkit/tensor';
import { readImpressions, type Impressions } from './impressions.js';
import type { NrmsOptions } from './options.js';
import { createWeights, type NrmsWeights } from './weights.js';

/** What is added to the score of a click that is none: `e^` of it is 0. */
const never = -1e9;

/**
 * NRMS (Wu et al., 2019): neural news recommendation with multi-head self-attention, its user encoder and click predictor
 * (sections 2.2 to 2.4) over item encodings. With E the encodings of a user's clicks, oldest first, and c a candidate's:
 *
 *     h_i = [sum_j softmax_j(Q_k E_i . K_k E_j / sqrt(d / heads)) V_k E_j over heads k]
 *     x_i = O h_i
 *     w_i = softmax_i(q . tanh(P x_i + p))
 *     u   = sum_i w_i x_i
 *     z_c = u . c
 *     L   = mean over impressions of -ln softmax(z)_clicked
 *
 * The projections have a bias, and O is that of the usual multi-head attention (Vaswani et al., 2017), which the paper leaves out; a
 * clicked candidate stands against all others of its impression. Where several were clicked, the impression's loss is the mean of
 * theirs; where none was, it counts nothing. The vector of a user without a history is 0: all candidates score 0, and nothing of such
 * a row is learnt.
 */
export class Nrms implements SequenceModel {
  readonly specificationVersion = 1;
  readonly kind = 'model';
  readonly name = 'nrms';
  readonly task = 'recommendation';
  readonly weights: readonly Weight[];
  readonly #parameters: NrmsWeights;
  readonly #dimension: number;
  readonly #heads: number;
  readonly #dropout: number;

  /**
   * @param dimension d, the length of an item encoding.
   * @throws GramkitError CONFIGURATION_INVALID where the heads do not divide it.
   */
  constructor(dimension: number, seed: number, { heads, attentionDimension, dropout: rate }: NrmsOptions) {
    if (dimension % heads !== 0) {
      throw new GramkitError('CONFIGURATION_INVALID', `${heads} heads cannot share item encodings of length ${dimension} evenly`, {
        field: 'model.heads',
        fix: `Set a number of heads that divides ${dimension}.`,
      });
    }
    this.#dimension = dimension;
    this.#heads = heads;
    this.#dropout = rate;
    this.#parameters = createWeights(dimension, attentionDimension, seed);
    this.weights = this.#parameters.all;
  }

  loss(itemEncodings: Tensor2D, batch: DeviceBatch, pass: Pass): SequenceLoss {
    return tf.tidy(() => {
      const impressions = readImpressions(itemEncodings, this.#dimension, batch);
      const scores = this.#scores(itemEncodings, impressions, pass);
      return { ...candidateCrossEntropy(scores, impressions.labels, impressions.valid), scores };
    });
  }

  score(itemEncodings: Tensor2D, batch: DeviceBatch): Predictions {
    return tf.tidy(() => {
      const impressions = readImpressions(itemEncodings, this.#dimension, batch);
      const { labels, valid, candidates } = impressions;
      return { scores: this.#scores(itemEncodings, impressions), labels: tf.clone(labels), valid, references: tf.clone(candidates) };
    });
  }

  dispose(): void {
    tf.dispose(this.weights.map((weight) => weight.variable));
  }

  /** z `[rows, candidates]` */
  #scores(itemEncodings: Tensor2D, { history, clicked, candidates }: Impressions, pass?: Pass): Tensor2D {
    const [rows, columns] = candidates.shape;
    const users = tf.reshape<tf.Rank.R3>(this.#users(itemEncodings, history, clicked, pass), [rows, this.#dimension, 1]);
    return tf.reshape(tf.matMul(gatherRows(itemEncodings, candidates) as Tensor3D, users), [rows, columns]);
  }

  /** u `[rows, d]` */
  #users(itemEncodings: Tensor2D, history: Tensor2D, clicked: Tensor2D, pass?: Pass): Tensor2D {
    const [rows, clicks] = history.shape;
    const heads = this.#attendedClicks(itemEncodings, history, clicked, pass);
    const weights = tf.reshape<tf.Rank.R3>(this.#poolingWeights(heads, clicked), [rows, 1, clicks]);
    const pooled = tf.matMul(weights, tf.reshape<tf.Rank.R3>(heads, [rows, clicks, this.#dimension]));
    // The weights sum to 1, so sum_i w_i O h_i = O sum_i w_i h_i with its bias: one projection a row, not one a click.
    const { output } = this.#parameters.attention;
    const users = linear(tf.reshape(pooled, [rows, this.#dimension]), output.weight, output.bias);
    return tf.mul(users, tf.max(clicked, 1, true));
  }

  /** h `[rows × clicks, d]`, after dropout. */
  #attendedClicks(itemEncodings: Tensor2D, history: Tensor2D, clicked: Tensor2D, pass?: Pass): Tensor2D {
    const { query, key, value } = this.#parameters.attention;
    const [rows, clicks] = history.shape;
    const [queries, keys, values] = linearOfRows(itemEncodings, history, [query, key, value]) as [Tensor2D, Tensor2D, Tensor2D];
    const lengths = tf.cast<Tensor1D>(tf.sum<Tensor1D>(clicked, 1), 'int32');
    const heads = paddedAttention(queries, keys, values, lengths, this.#heads);
    if (pass === undefined) return heads;
    // An element's mask depends on its row and its place there: a padded batch has the masks of the shorter one.
    const settings = { rate: this.#dropout, site: 0, strides: [this.#dimension, 1] };
    return dropout(heads, [clicks, this.#dimension], settings, { ...pass, maskRows: tf.range(0, rows, 1, 'int32') });
  }

  /** w `[rows, clicks]`, 0 at padding. P O h is computed as (P O) h: `attentionDimension` outputs a click, not d as well. */
  #poolingWeights(heads: Tensor2D, clicked: Tensor2D): Tensor2D {
    const { attention: { output }, pooling: { projection, query } } = this.#parameters;
    const weight = tf.matMul<Tensor2D>(projection.weight, output.weight);
    const bias = tf.reshape<tf.Rank.R1>(linear(tf.reshape(output.bias, [1, this.#dimension]), projection.weight, projection.bias), [projection.bias.size]);
    const scores = tf.reshape<tf.Rank.R2>(tf.matMul(tf.tanh(linear(heads, weight, bias)), query, false, true), clicked.shape);
    return tf.softmax(tf.add<Tensor2D>(scores, tf.mul(tf.sub(1, clicked), never)), 1);
  }
}
