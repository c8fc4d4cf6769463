import { definePlugin, type DeviceTensors, type EncoderPass, type ItemEncoder, type Preprocessor, specificationVersion, tokens, type Weight } from '@gramkit/spec';
import { dropout, gatherRows, hash32, normal, PreparedTexts, textOfItem, WeightSet } from '@gramkit/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';

/** What a configuration can say beside `use: ngrams`. Strict: a key that is not here is refused. */
export const encoderOptions = z.strictObject({
  fields: z.array(z.string().min(1)).min(1).default(['text']).describe('Fields of an item that are read, in this order.'),
  characters: z.int().min(1).default(3).describe('Characters of an n-gram.'),
  buckets: z.int().min(1).default(4096).describe('Rows of the table: n-grams that fall into one bucket share its vector.'),
  dimension: z.int().min(1).default(64).describe('Length of an item encoding.'),
  dropout: z.number().min(0).lt(1).default(0).describe('Rate in training, of the values of an encoding.'),
});
export type EncoderOptions = z.output<typeof encoderOptions>;

/** The buckets of a text's n-grams, from 1 on: 0 is padding. A text shorter than an n-gram is one by itself. */
export function bucketsOf(text: string, { characters, buckets }: EncoderOptions): Int32Array {
  const letters = Array.from(` ${text.normalize('NFC').toLowerCase()} `, (letter) => letter.codePointAt(0)!);
  return Int32Array.from({ length: Math.max(1, letters.length - characters + 1) }, (_, start) => 1 + (hash32(...letters.slice(start, start + characters)) % buckets));
}

/** Turns items into rows of buckets. Since the encoder brings it, the tokenizer of the configuration is not used. */
function bucketRows(options: EncoderOptions): Preprocessor {
  const { fields, characters, buckets } = options;
  return {
    specificationVersion, kind: 'tokenizer', name: 'ngrams',
    vocabularySize: buckets + 1,
    fields,
    fingerprint: JSON.stringify({ version: 1, fields, characters, buckets }),
    prepare: (items) => PreparedTexts.of(Array.from(items, (item) => bucketsOf(textOfItem(item, fields), options)), 0),
    dispose: () => undefined,
  };
}

/** `h_i` = the mean of the trained vectors of item i's n-grams (Wieting et al., 2016), which are hashed into a table (Bojanowski et al., 2017). */
export class NgramEncoder implements ItemEncoder {
  readonly specificationVersion = specificationVersion;
  readonly kind = 'encoder';
  readonly name = 'ngrams';
  readonly dimension: number;
  readonly drawsMasks: boolean;
  readonly preprocessor: Preprocessor;
  readonly weights: readonly Weight[];
  readonly #table: tf.Variable<tf.Rank.R2>; // [buckets + 1, dimension]

  constructor(seed: number, private readonly options: EncoderOptions) {
    const weights = new WeightSet(seed); // an initial value depends on the seed and its weight's name alone
    this.#table = weights.add('table', (source) => normal([options.buckets + 1, options.dimension], 1, source));
    this.weights = weights.all;
    this.dimension = options.dimension;
    this.drawsMasks = options.dropout > 0;
    this.preprocessor = bucketRows(options);
  }

  /** Buckets int32 `[items, length]` and their counts int32 `[items]` to `[items, dimension]`. Reads no value back, so that it compiles. */
  encode({ tokenIds, lengths }: DeviceTensors, pass: EncoderPass): tf.Tensor2D {
    return tf.tidy(() => {
      const vectors = gatherRows(this.#table as unknown as tf.Tensor2D, tokenIds!); // [items, length, dimension]
      const real = tf.expandDims(tf.cast(tf.notEqual(tokenIds!, tf.scalar(0, 'int32')), 'float32'), 2); // 0 at padding, else 1
      const means = tf.div<tf.Tensor2D>(tf.sum(tf.mul(vectors, real), 1), tf.expandDims(tf.cast(lengths!, 'float32'), 1));
      // An item's mask depends on the seed and its own catalogue row alone, so that a second pass drops the same values.
      return dropout(means, [this.dimension], { rate: this.options.dropout, site: 0, strides: [1] }, pass);
    });
  }

  dispose(): void {
    this.#table.dispose();
  }
}

export default definePlugin({
  specificationVersion: 1,
  kind: 'encoder',
  name: 'ngrams',
  description: 'Item encoder: the mean of the trained vectors of hashed n-grams of characters.',
  options: encoderOptions,
  dependencies: { seed: tokens.seed },
  create: ({ options, seed }) => new NgramEncoder(seed, options),
});
