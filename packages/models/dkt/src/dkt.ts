import * as tf from '@tensorflow/tfjs-core';
import type { Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';
import type { DeviceBatch, Pass, Predictions, SequenceLoss, SequenceModel, Weight } from '@gramkit/spec';
import { binaryCrossEntropy, dropoutMask, gatherRows, lstmFromProjection, readKnowledgeTracingSteps } from '@gramkit/tensor';
import type { KnowledgeTracingSteps, MaskBetweenLayers } from '@gramkit/tensor';
import type { DktOptions } from './options.js';
import { timeMajor } from './time-major.js';
import { createWeights, type DktWeights } from './weights.js';

/**
 * Deep knowledge tracing (Piech et al., 2015) over item encodings, as in GRAM: with E the encodings, a the responses,
 *
 *     x_t = E_t + R[a_t]
 *     h   = LSTM(x)
 *     z_t = fc2 relu(fc1 [h_t ; E_{t+1}])
 *     L   = mean over pairs (t, t+1) of a sequence of BCE(sigmoid(z_t), a_{t+1})
 *
 * The prediction of position t + 1 sees responses up to t and the item of t + 1. Neither padding nor the first item of a window is ever predicted.
 * A row may hold several windows; the state is zero where one begins.
 */
export class Dkt implements SequenceModel {
  readonly specificationVersion = 1;
  readonly kind = 'model';
  readonly name = 'dkt';
  readonly task = 'knowledge-tracing';
  readonly batchLayout = 'rows';
  readonly weights: readonly Weight[];
  readonly #parameters: DktWeights;
  readonly #dimension: number;
  readonly #dropout: number;

  /** @param dimension d, the length of an item encoding. */
  constructor(dimension: number, seed: number, options: DktOptions) {
    this.#dimension = dimension;
    this.#dropout = options.dropout;
    this.#parameters = createWeights(dimension, options.hidden ?? dimension, options.layers, seed);
    this.weights = this.#parameters.all;
  }

  loss(itemEncodings: Tensor2D, batch: DeviceBatch, pass: Pass): SequenceLoss {
    return tf.tidy(() => {
      const steps = readKnowledgeTracingSteps(itemEncodings, this.#dimension, batch, 'DKT');
      const logits = this.#logits(itemEncodings, steps, pass);
      return { ...binaryCrossEntropy(logits, steps.nextResponses, steps.valid), scores: logits };
    });
  }

  score(itemEncodings: Tensor2D, batch: DeviceBatch): Predictions {
    return tf.tidy(() => {
      const steps = readKnowledgeTracingSteps(itemEncodings, this.#dimension, batch, 'DKT');
      const { nextResponses: labels, valid, nextItems: references } = steps;
      return { scores: this.#logits(itemEncodings, steps), labels, valid, references };
    });
  }

  dispose(): void {
    tf.dispose(this.weights.map((weight) => weight.variable));
  }

  /** z `[rows, length - 1]` */
  #logits(itemEncodings: Tensor2D, steps: KnowledgeTracingSteps, pass?: Pass): Tensor2D {
    const { lstm, fc1, fc2 } = this.#parameters;
    const inputs = this.#projectedInputs(itemEncodings, timeMajor(steps.pastItems), tf.transpose(steps.pastResponses));
    const keep = steps.starts && tf.sub<Tensor2D>(1, tf.transpose(steps.starts));
    const hidden = lstmFromProjection(inputs, lstm, { mask: this.#maskBetweenLayers(pass, inputs.shape[1]), ...(keep && { keep }) });
    const [length, batch, size] = hidden.shape;
    // fc1 [h ; E] = h A + E B + b: E B of the rows, not of the positions.
    const ofItems = gatherRows(tf.add(tf.matMul(itemEncodings, fc1.itemWeights), fc1.bias), tf.reshape(timeMajor(steps.nextItems), [length * batch]));
    const ofHidden = tf.matMul(tf.reshape<tf.Rank.R2>(hidden, [length * batch, size]), fc1.hiddenWeights);
    const predictor = tf.relu(tf.add<Tensor2D>(ofHidden, ofItems));
    return tf.transpose<Tensor2D>(tf.reshape(tf.add(tf.matMul(predictor, fc2.weights), fc2.bias), [length, batch]));
  }

  /**
   * x_t W + b of the first layer, time-major `[length - 1, batch, 4 hidden]` as items and responses are. Since x_t = E_t + R[a_t] takes only 2 values for each row of E,
   * these are projected and the projections gathered: the unique items of a batch are far fewer than its positions.
   */
  #projectedInputs(itemEncodings: Tensor2D, pastItems: Tensor2D, pastResponses: Tensor2D): Tensor3D {
    const { responses, lstm } = this.#parameters;
    const { inputWeights, inputBias, recurrentBias } = lstm[0]!;
    const rows = itemEncodings.shape[0];
    const gates = inputWeights.shape[1];
    const ofItems = tf.add(tf.matMul(itemEncodings, inputWeights), tf.add(inputBias, recurrentBias));
    const ofResponses = tf.matMul(responses, inputWeights);
    const table = tf.add(tf.reshape(ofResponses, [2, 1, gates]), tf.reshape(ofItems, [1, rows, gates]));
    const positions = tf.add(tf.mul(tf.cast(pastResponses, 'int32'), tf.scalar(rows, 'int32')), tf.maximum(pastItems, tf.scalar(0, 'int32')));
    return gatherRows(tf.reshape(table, [2 * rows, gates]), positions) as Tensor3D;
  }

  /** A mask's rows are the time steps, its elements depend on the place in the batch: a padded batch has the masks of the shorter one. */
  #maskBetweenLayers(pass: Pass | undefined, batch: number): MaskBetweenLayers {
    if (pass === undefined) return () => undefined;
    return (layer, first, steps) => {
      const size = this.#parameters.lstm[layer]!.recurrentWeights.shape[0];
      const settings = { rate: this.#dropout, site: layer, strides: [size, 1] };
      return dropoutMask([batch, size], settings, { ...pass, maskRows: tf.range(first, first + steps, 1, 'int32') }) as Tensor3D | undefined;
    };
  }
}
