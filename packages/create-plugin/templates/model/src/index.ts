import { definePlugin, type DeviceBatch, type Predictions, type SequenceLoss, type SequenceModel, specificationVersion, tokens, type Weight } from '@gramkit/spec';
import { binaryCrossEntropy, type KnowledgeTracingSteps, linearOfRows, type LinearWeights, readKnowledgeTracingSteps, WeightSet } from '@gramkit/tensor';
import * as tf from '@tensorflow/tfjs-core';
import type { Rank, Tensor2D, Tensor3D, Variable } from '@tensorflow/tfjs-core';
import { z } from 'zod';

/** What a configuration can say beside `use: plugin-name`. Strict: a key that is not here is refused. */
export const modelOptions = z.strictObject({
  projection: z.int().min(1).default(16).describe('Length of the vectors by which items are compared.'),
});
export type ModelOptions = z.output<typeof modelOptions>;

/**
 * Logistic regression on a student's past answers, each as much as its item resembles the next one: with E the encodings, a the responses,
 * P a projection,
 *
 *     k_t = 1 / (t + 1) sum over s <= t of (2 a_s - 1) <P E_s, P E_{t+1}>     what was answered of items alike
 *     r_t = 1 / (t + 1) sum over s <= t of (2 a_s - 1)                        what was answered at all
 *     z_t = k_t + w r_t + <u, E_{t+1}> + b
 *     L   = mean over pairs (t, t+1) of a window of BCE(sigmoid(z_t), a_{t+1})
 *
 * The prediction of position t + 1 sees responses up to t and the item of t + 1. Padding is never predicted.
 */
export class PastAnswersModel implements SequenceModel {
  readonly specificationVersion = specificationVersion;
  readonly kind = 'model';
  readonly name = 'plugin-name';
  readonly task = 'knowledge-tracing';
  readonly weights: readonly Weight[];
  readonly #projection: LinearWeights;
  readonly #difficulty: LinearWeights;
  readonly #record: Variable<Rank.R1>;

  /** @param dimension d, the length of an item encoding. */
  constructor(private readonly dimension: number, seed: number, { projection }: ModelOptions) {
    const weights = new WeightSet(seed); // an initial value depends on the seed and its weight's name alone
    this.#projection = weights.linear('projection', projection, dimension);
    this.#difficulty = weights.linear('difficulty', 1, dimension);
    this.#record = weights.add('record', () => tf.ones([1]));
    this.weights = weights.all;
  }

  loss(itemEncodings: Tensor2D, batch: DeviceBatch): SequenceLoss {
    return tf.tidy(() => {
      const steps = this.#steps(itemEncodings, batch);
      const scores = this.#logits(itemEncodings, steps);
      return { ...binaryCrossEntropy(scores, steps.nextResponses, steps.valid), scores };
    });
  }

  score(itemEncodings: Tensor2D, batch: DeviceBatch): Predictions {
    return tf.tidy(() => {
      const steps = this.#steps(itemEncodings, batch);
      return { scores: this.#logits(itemEncodings, steps), labels: steps.nextResponses, valid: steps.valid, references: steps.nextItems };
    });
  }

  dispose(): void {
    tf.dispose(this.weights.map(({ variable }) => variable));
  }

  /** Refuses encodings of another length, and batches of another task. */
  #steps(itemEncodings: Tensor2D, batch: DeviceBatch): KnowledgeTracingSteps {
    return readKnowledgeTracingSteps(itemEncodings, this.dimension, batch, 'plugin-name');
  }

  /** z `[rows, steps]` */
  #logits(itemEncodings: Tensor2D, { pastItems, pastResponses, nextItems }: KnowledgeTracingSteps): Tensor2D {
    const [rows, steps] = pastItems.shape;
    const vectors = (items: Tensor2D) => tf.reshape<Rank.R3>(linearOfRows(itemEncodings, items, [this.#projection])[0]!, [rows, steps, -1]);
    const likeness = tf.matMul(vectors(nextItems), vectors(pastItems), false, true); // [rows, next, past]
    const answers = tf.mul<Tensor3D>(pastMeans(steps), tf.reshape(tf.sub(tf.mul(pastResponses, 2), 1), [rows, 1, steps])); // [rows, next, past]
    const known = tf.sum(tf.mul(likeness, answers), 2);
    const record = tf.mul(tf.sum(answers, 2), this.#record);
    const [difficulty] = linearOfRows(itemEncodings, nextItems, [this.#difficulty]);
    return tf.add(tf.add(known, record), tf.reshape(difficulty!, [rows, steps]));
  }
}

/** `[1, steps, steps]`: 1 / (t + 1) in row t for the positions up to t, 0 behind. */
function pastMeans(steps: number): Tensor3D {
  const positions = tf.range(0, steps, 1, 'int32');
  const [rows, columns] = [tf.reshape(positions, [steps, 1]), tf.reshape(positions, [1, steps])];
  const seen = tf.cast(tf.greaterEqual(rows, columns), 'float32');
  return tf.reshape(tf.div(seen, tf.add(tf.cast(rows, 'float32'), 1)), [1, steps, steps]);
}

export default definePlugin({
  specificationVersion: 1,
  kind: 'model',
  name: 'plugin-name',
  task: 'knowledge-tracing',
  description: 'plugin-description',
  options: modelOptions,
  dependencies: { dimension: tokens.itemDimension, seed: tokens.seed },
  create: ({ options, dimension, seed }) => new PastAnswersModel(dimension, seed, options),
});
