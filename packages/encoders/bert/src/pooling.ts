import * as tf from '@tensorflow/tfjs-core';
import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import { linear, matrixProduct } from '@gramkit/tensor';
import type { TokenRows } from './token-rows.js';

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

/**
 * Additive attention, as NRMS (Wu et al., 2019) pools words: weights `softmax(q . tanh(V h + v))` over an item's tokens,
 * `[tokens, dimension]` to `[items, dimension]`.
 */
export function attentionPooling(rows: Tensor2D, tokens: TokenRows, { projection, bias, query }: PoolingWeights): Tensor2D {
  const projected = tf.tanh(linear(rows, projection, bias));
  return tokens.weightedSum(rows, tf.reshape(matrixProduct(projected, tf.reshape(query, [query.size, 1])), [rows.shape[0]]));
}
