import { type DeviceTensors, type EncoderPass, type ItemEncoder, type Preprocessor, specificationVersion, type Weight } from '@gramkit/spec';
import { dropout, gelu, layerNorm, type LayerNormWeights, linear, type LinearWeights, multiHeadAttention, normal, WeightSet } from '@gramkit/tensor';
import * as tf from '@tensorflow/tfjs-core';
import type { Rank, Tensor2D, Variable } from '@tensorflow/tfjs-core';
import { patchCount, type PatchOptions, patchValues } from './options.js';

/** Added to a variance before its root. */
const epsilon = 1e-5;

interface Layer {
  readonly attentionNorm: LayerNormWeights;
  readonly query: LinearWeights;
  readonly key: LinearWeights;
  readonly value: LinearWeights;
  readonly output: LinearWeights;
  readonly feedForwardNorm: LayerNormWeights;
  readonly inner: LinearWeights;
  readonly outer: LinearWeights;
}

/**
 * A small vision transformer (Dosovitskiy et al., 2021) with the mean of its patches in place of a class token: with c the patches of a picture,
 * p a trained vector for each place,
 *
 *     x = W c + p
 *     x <- x + attention(LayerNorm(x)),  x <- x + W2 gelu(W1 LayerNorm(x))    in every layer
 *     h = mean over patches of LayerNorm(x)
 */
export class PatchEncoder implements ItemEncoder {
  readonly specificationVersion = specificationVersion;
  readonly kind = 'encoder';
  readonly name = 'patches';
  readonly dimension: number;
  readonly drawsMasks: boolean;
  readonly weights: readonly Weight[];
  readonly #embedding: LinearWeights;
  readonly #places: Variable<Rank.R2>; // [patches, dimension]
  readonly #layers: readonly Layer[];
  readonly #norm: LayerNormWeights;

  /** @param preprocessor gives `patches` float32 `[items, patches, values]` */
  constructor(readonly preprocessor: Preprocessor, seed: number, private readonly options: PatchOptions) {
    const { dimension, layers } = options;
    const weights = new WeightSet(seed);
    this.#embedding = weights.linear('embedding', dimension, patchValues(options));
    this.#places = weights.add('places', (source) => normal([patchCount(options), dimension], 0.02, source));
    this.#layers = Array.from({ length: layers }, (_, index) => layerOf(weights, `layers.${index}`, dimension));
    this.#norm = weights.layerNorm('norm', dimension);
    this.weights = weights.all;
    this.dimension = dimension;
    this.drawsMasks = options.dropout > 0;
  }

  encode({ patches }: DeviceTensors, pass: EncoderPass): Tensor2D {
    return tf.tidy(() => {
      const [items, count, values] = patches!.shape as [number, number, number];
      const embedded = linear(tf.reshape(patches!, [items * count, values]), this.#embedding.weight, this.#embedding.bias);
      const placed = tf.add(tf.reshape(embedded, [items, count, this.dimension]), tf.expandDims(this.#places, 0)); // [items, patches, dimension]
      let rows = tf.reshape<Rank.R2>(placed, [items * count, this.dimension]);
      this.#layers.forEach((layer, index) => {
        rows = tf.add(rows, this.#dropped(this.#attention(rows, layer, items), count, 2 * index, pass));
        rows = tf.add(rows, this.#dropped(feedForward(rows, layer), count, 2 * index + 1, pass));
      });
      const normed = layerNorm(rows, this.#norm.weight, this.#norm.bias, epsilon);
      return tf.mean<Tensor2D>(tf.reshape(normed, [items, count, this.dimension]), 1);
    });
  }

  dispose(): void {
    tf.dispose(this.weights.map(({ variable }) => variable));
    this.preprocessor.dispose();
  }

  #attention(rows: Tensor2D, { attentionNorm, query, key, value, output }: Layer, items: number): Tensor2D {
    const normed = layerNorm(rows, attentionNorm.weight, attentionNorm.bias, epsilon);
    const [queries, keys, values] = [query, key, value].map(({ weight, bias }) => linear(normed, weight, bias)) as [Tensor2D, Tensor2D, Tensor2D];
    const layout = { items, length: rows.shape[0] / items, heads: this.options.heads };
    // All pictures have the same patches: nothing is padding, every patch sees every other.
    const context = multiHeadAttention(queries, keys, values, layout, { additive: tf.zeros([1, 1, 1, 1]) });
    return linear(context, output.weight, output.bias);
  }

  /** A mask depends on the seed and the item's catalogue row alone, whatever mini-batch it is in. */
  #dropped(rows: Tensor2D, count: number, site: number, pass: EncoderPass): Tensor2D {
    return dropout(rows, [count, this.dimension], { rate: this.options.dropout, site, strides: [this.dimension, 1] }, pass);
  }
}

function feedForward(rows: Tensor2D, { feedForwardNorm, inner, outer }: Layer): Tensor2D {
  const normed = layerNorm(rows, feedForwardNorm.weight, feedForwardNorm.bias, epsilon);
  return linear(gelu(linear(normed, inner.weight, inner.bias)) as Tensor2D, outer.weight, outer.bias);
}

function layerOf(weights: WeightSet, name: string, dimension: number): Layer {
  return {
    attentionNorm: weights.layerNorm(`${name}.attentionNorm`, dimension),
    query: weights.linear(`${name}.query`, dimension, dimension),
    key: weights.linear(`${name}.key`, dimension, dimension),
    value: weights.linear(`${name}.value`, dimension, dimension),
    output: weights.linear(`${name}.output`, dimension, dimension),
    feedForwardNorm: weights.layerNorm(`${name}.feedForwardNorm`, dimension),
    inner: weights.linear(`${name}.inner`, 2 * dimension, dimension),
    outer: weights.linear(`${name}.outer`, dimension, 2 * dimension),
  };
}
