import * as tf from '@tensorflow/tfjs-core';
import type { Scalar, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import { multiHeadAttention } from './attention.js';
import { offersPackedKernels } from './offered-kernels.js';
import { packedAttention } from './packed-attention.js';

/** What is added to the score of a key in the padding: `e^` of it is 0. */
const never = -1e9;

/**
 * Multi-head self-attention inside rows that are padded at their end: queries, keys and values `[rows × length, dimension]` to contexts of
 * the same shape, those of padding without meaning (but finite; the caller must mask them). No position sees the padding of its row.
 * By the engine's kernel for packed items where there is one. Without dropout.
 * @param lengths int32 `[rows]`: the positions of each row before its padding, maybe none.
 */
export function paddedAttention(queries: Tensor2D, keys: Tensor2D, values: Tensor2D, lengths: Tensor1D, heads: number): Tensor2D {
  return (offersPackedKernels() ? kernelPaddedAttention : plainPaddedAttention)(queries, keys, values, lengths, heads);
}

/** Row and padding of each row are items of their own, one after the other: so packed items cover padded rows without moving any. */
function kernelPaddedAttention(queries: Tensor2D, keys: Tensor2D, values: Tensor2D, lengths: Tensor1D, heads: number): Tensor2D {
  const rows = lengths.shape[0];
  const length = queries.shape[0] / rows;
  const starts = tf.range(0, rows * length, length, 'int32');
  const bounds = tf.reshape<tf.Rank.R1>(tf.stack([starts, tf.add(starts, lengths)], 1), [2 * rows]);
  const offsets = tf.concat([bounds, tf.tensor1d([rows * length], 'int32')]);
  const pass = { training: false, seed: tf.scalar(0, 'int32') as Scalar, maskRows: tf.range(0, 2 * rows, 1, 'int32') };
  return packedAttention(queries, keys, values, offsets, { heads, positions: length, site: 0, rate: 0 }, pass);
}

/** Out of tfjs's operations, for engines without the kernel and to test it against. */
export function plainPaddedAttention(queries: Tensor2D, keys: Tensor2D, values: Tensor2D, lengths: Tensor1D, heads: number): Tensor2D {
  const items = lengths.shape[0];
  const length = queries.shape[0] / items;
  const padding = tf.greaterEqual(tf.range(0, length, 1, 'int32'), tf.reshape(lengths, [items, 1]));
  const additive = tf.reshape(tf.mul(tf.cast(padding, 'float32'), never), [items, 1, 1, length]);
  return multiHeadAttention(queries, keys, values, { items, length, heads }, { additive });
}
