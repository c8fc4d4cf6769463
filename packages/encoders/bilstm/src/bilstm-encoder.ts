import * as tf from '@tensorflow/tfjs-core';
import type { Rank, Tensor, Tensor1D, Tensor2D, Tensor3D, Variable } from '@tensorflow/tfjs-core';
import { type DeviceTensors, type EncoderPass, GramkitError, type ItemEncoder, specificationVersion, type Weight } from '@gramkit/spec';
import { dropout, gatherRows, linear, type LinearWeights, lstmFromProjection, type LstmLayerWeights, lstmProjection, WeightSet, withoutGradient } from '@gramkit/tensor';
import { maximumOverTime } from './maximum-over-time.js';
import type { BilstmOptions } from './options.js';
import { reversedPositions, reverseWords } from './reverse-words.js';
import type { WordTable } from './word-table.js';

/**
 * The exercise encoder of EERNN (Su et al., 2018): with w_1 … w_n the vectors of an item's words,
 *
 *     f_t = LSTM forwards over w_1 … w_t,  b_t = LSTM backwards over w_n … w_t
 *     h   = elementwise maximum over t of [f_t ; b_t]
 *
 * and, where a dimension is asked for, a linear layer behind it. Both LSTMs begin with a state of zeros; padding changes nothing.
 *
 * | weight | shape | PyTorch |
 * |---|---|---|
 * | `words` | `[vocabulary, wordDimension]` | Embedding |
 * | `forward.inputWeights`, `backward.…` | `[wordDimension, 4 hidden]` | LSTM(bidirectional) weight_ih_l0, weight_ih_l0_reverse, transposed |
 * | `forward.recurrentWeights`, `backward.…` | `[hidden, 4 hidden]` | weight_hh_l0, weight_hh_l0_reverse, transposed |
 * | `forward.inputBias`, `forward.recurrentBias`, `backward.…` | `[4 hidden]` | bias_ih_l0, bias_hh_l0, …_reverse |
 * | `projection.weight`, `projection.bias` | `[dimension, 2 hidden]`, `[dimension]` | Linear; only where a dimension is asked for |
 */
export class BilstmEncoder implements ItemEncoder {
  readonly specificationVersion = specificationVersion;
  readonly kind = 'encoder';
  readonly name = 'bilstm';
  readonly inputLayout = 'padded';
  readonly dimension: number;
  readonly vocabularySize: number;
  readonly drawsMasks: boolean;
  readonly weights: readonly Weight[];
  readonly #words: Variable<Rank.R2>;
  readonly #forward: LstmLayerWeights;
  readonly #backward: LstmLayerWeights;
  readonly #projection: LinearWeights | undefined;
  readonly #options: Pick<BilstmOptions, 'freezeVectors' | 'dropout'>;

  constructor(table: WordTable, seed: number, options: Pick<BilstmOptions, 'freezeVectors' | 'hidden' | 'dimension' | 'dropout'>) {
    const { hidden, dimension, dropout: rate, freezeVectors } = options;
    const weights = new WeightSet(seed);
    this.#words = weights.add('words', (source) => tf.tensor2d(table.values(source), [table.rows, table.dimension]), !freezeVectors);
    this.#forward = weights.lstmLayer('forward', table.dimension, hidden);
    this.#backward = weights.lstmLayer('backward', table.dimension, hidden);
    this.#projection = dimension === undefined ? undefined : weights.linear('projection', dimension, 2 * hidden);
    this.#options = options;
    this.dimension = dimension ?? 2 * hidden;
    this.vocabularySize = table.rows;
    this.drawsMasks = rate > 0;
    this.weights = weights.all;
  }

  /** @throws GramkitError PLUGIN_MISMATCH where the input is no `tokenIds` with their `lengths`. */
  encode(input: DeviceTensors, pass: EncoderPass): Tensor2D {
    return tf.tidy(() => {
      const { tokenIds, lengths } = readInput(input);
      const length = tokenIds.shape[1];
      const isWord = tf.cast(tf.less(tf.expandDims(tf.range(0, length, 1, 'int32'), 1), tf.expandDims(lengths, 0)), 'float32') as Tensor2D; // [length, items]
      const words = this.#wordVectors(tokenIds, pass);
      const forward = lstmFromProjection(lstmProjection(words, this.#forward), [this.#forward]); // [length, items, hidden]
      const turned = reverseWords(lstmProjection(words, this.#backward), reversedPositions(lengths, length));
      // State n - 1 - t stands where f_t does: their maxima do not ask where.
      const backward = lstmFromProjection(turned, [this.#backward]);
      const pooled = tf.concat([maximumOverTime(forward, isWord), maximumOverTime(backward, isWord)], 1) as Tensor2D; // [items, 2 hidden]
      return this.#project(dropout(pooled, [pooled.shape[1]], { rate: this.#options.dropout, site: 1, strides: [1] }, pass));
    });
  }

  dispose(): void {
    this.weights.forEach(({ variable }) => variable.dispose());
  }

  /** `[items, length]` to vectors `[length, items, wordDimension]` */
  #wordVectors(tokenIds: Tensor2D, pass: EncoderPass): Tensor3D {
    const [items, length] = tokenIds.shape;
    const width = this.#words.shape[1];
    const read = () => gatherRows(this.#words as unknown as Tensor2D, tf.reshape(tokenIds, [items * length])) as Tensor2D;
    const vectors = this.#options.freezeVectors ? withoutGradient(read) : read();
    // Masks of a position do not depend on how far the texts beside it are padded.
    const kept = dropout(vectors, [length, width], { rate: this.#options.dropout, site: 0, strides: [width, 1] }, pass);
    return tf.transpose(tf.reshape<Rank.R3>(kept, [items, length, width]), [1, 0, 2]);
  }

  #project(pooled: Tensor2D): Tensor2D {
    if (this.#projection === undefined) return pooled;
    const { weight, bias } = this.#projection;
    return linear(pooled, weight as unknown as Tensor2D, bias as unknown as Tensor1D);
  }
}

/** An item without a word is read as if it had one, whatever stands in its first place. */
function readInput({ tokenIds, lengths }: DeviceTensors): { readonly tokenIds: Tensor2D; readonly lengths: Tensor1D } {
  if (tokenIds?.rank !== 2 || lengths === undefined) {
    throw new GramkitError('PLUGIN_MISMATCH', "the encoder 'bilstm' reads 'tokenIds' [items, length] with their 'lengths', and the tokenizer gives something else", { field: 'tokenizer.use', fix: "Use the tokenizer 'words'." });
  }
  const padded = tokenIds.shape[1] === 0 ? tf.zeros([tokenIds.shape[0], 1], 'int32') : tokenIds;
  return { tokenIds: padded as Tensor2D, lengths: tf.maximum<Tensor>(lengths, tf.scalar(1, 'int32')) as Tensor1D };
}
