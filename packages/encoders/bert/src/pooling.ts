import * as tf from '@tensorflow/tfjs-core';
import type { Tensor1D, Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';
import { linear, matrixProduct } from '@gramkit/tensor';
import type { TokenMask } from './token-mask.js';

/** How the vectors of an item's tokens become one. */
export const poolings = ['mean', 'cls', 'attention'] as const;
export type Pooling = (typeof poolings)[number];

/** The trained part of additive attention. */
export interface PoolingWeights {
  /** `[width, dimension]` */
  readonly projection: Tensor2D;
  /** `[width]` */
  readonly bias: Tensor1D;
  /** `[width]` */
  readonly query: Tensor1D;
}

/** Mean over the real tokens, special ones included: `[items, length, dimension]` to `[items, dimension]`. */
export function meanPooling(tokens: Tensor3D, { real, lengths }: TokenMask): Tensor2D {
  return weightedSum(tokens, tf.div(real, tf.expandDims(lengths, 1)));
}

/** The vector of the first token: `[items, length, dimension]` to `[items, dimension]`. */
export function firstTokenPooling(tokens: Tensor3D): Tensor2D {
  const [items, , dimension] = tokens.shape;
  return tf.reshape(tf.slice(tokens, [0, 0, 0], [items, 1, dimension]), [items, dimension]);
}

/**
 * Additive attention, as NRMS (Wu et al., 2019) pools words: weights `softmax(q . tanh(V h + v))` over the real tokens,
 * `[items, length, dimension]` to `[items, dimension]`.
 */
export function attentionPooling(tokens: Tensor3D, { additive }: TokenMask, { projection, bias, query }: PoolingWeights): Tensor2D {
  const [items, length, dimension] = tokens.shape;
  const projected = tf.tanh(linear(tf.reshape(tokens, [items * length, dimension]), projection, bias));
  const scores = tf.reshape(matrixProduct(projected, tf.reshape(query, [query.size, 1])), [items, length]);
  return weightedSum(tokens, tf.softmax(tf.add<Tensor2D>(scores, additive)));
}

/** `[items, length, dimension]` and weights `[items, length]` to `[items, dimension]`. */
function weightedSum(tokens: Tensor3D, weights: Tensor2D): Tensor2D {
  const [items, , dimension] = tokens.shape;
  return tf.reshape(tf.matMul(tf.expandDims(weights, 1), tokens), [items, dimension]);
}
