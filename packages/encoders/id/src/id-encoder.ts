import * as tf from '@tensorflow/tfjs-core';
import type { Rank, Tensor1D, Tensor2D, Variable } from '@tensorflow/tfjs-core';
import { type DeviceTensors, GramkitError, type ItemEncoder, type Preprocessor, specificationVersion, type Weight } from '@gramkit/spec';
import { gatherRows, normal, WeightSet } from '@gramkit/tensor';
import { itemRows } from './item-rows.js';
import type { IdOptions } from './options.js';

/**
 * NoContent, a baseline of the GRAM paper: h_i is a trained vector of item i, and what the item says is not read.
 *
 * An item that no training history holds keeps its initial vector, so its encoding says nothing (the paper's cold start is a chance). An item that
 * was not in the catalogue when training began has no vector; its encoding is the mean of all of them.
 */
export class IdEncoder implements ItemEncoder {
  readonly specificationVersion = specificationVersion;
  readonly kind = 'encoder';
  readonly name = 'id';
  readonly drawsMasks = false;
  readonly dimension: number;
  readonly weights: readonly Weight[];
  /** Finds items by id: no text is tokenized. */
  readonly preprocessor: Preprocessor;
  readonly #vectors: Variable<Rank.R2>;

  /**
   * @param ids of the items that get a vector, in the order of the table `vectors` `[items, dimension]`
   * @throws GramkitError DATA_EMPTY where there is none
   */
  constructor(ids: readonly string[], seed: number, { dimension, standardDeviation }: IdOptions) {
    if (ids.length === 0) throw new GramkitError('DATA_EMPTY', 'there is no item to give a vector', { fix: 'Give a data set that has items.' });
    const weights = new WeightSet(seed);
    this.dimension = dimension;
    this.#vectors = weights.add('vectors', (source) => normal([ids.length, dimension], standardDeviation, source));
    this.weights = weights.all;
    this.preprocessor = itemRows(ids);
  }

  encode({ tableRows, known }: DeviceTensors): Tensor2D {
    return tf.tidy(() => {
      const vectors = gatherRows(this.#vectors as unknown as Tensor2D, tableRows as Tensor1D) as Tensor2D;
      if (known === undefined) return vectors;
      const mean = tf.mean(this.#vectors, 0, true); // [1, dimension]
      return tf.add<Tensor2D>(tf.mul(vectors, known), tf.mul(mean, tf.sub(1, known)));
    });
  }

  dispose(): void {
    this.#vectors.dispose();
  }
}
