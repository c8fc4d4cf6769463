import * as tf from '@tensorflow/tfjs-core';
import type { Tensor1D, Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';
import type { DeviceTensors, EncoderPass } from '@gramkit/spec';
import { dropout, dropoutMask, multiHeadAttention } from '@gramkit/tensor';
import type { TokenRows } from './token-rows.js';

/** Large enough that a probability of the softmax is exactly zero in float32. */
const never = 1e9;

/** Texts padded to one length (`ItemEncoder.inputLayout`), for engines without operations on packed tokens. Padding is a row like any other, and has no influence on those of tokens. */
export function paddedTokens({ tokenIds, lengths }: DeviceTensors, maximumPositions: number, pass: EncoderPass): TokenRows {
  const [items, length] = tokenIds!.shape as [number, number];
  const isToken = tf.cast(tf.less(tf.expandDims(tf.range(0, length, 1, 'int32'), 0), tf.expandDims(lengths as Tensor1D, 1)), 'float32');
  const additive = tf.mul(tf.sub(isToken, 1), never);
  const sumOfItems = (rows: Tensor2D, weights: tf.Tensor): Tensor2D => {
    const tokens = tf.reshape<tf.Rank.R3>(rows, [items, length, rows.shape[1]]);
    return tf.reshape(tf.matMul<Tensor3D>(tf.reshape(weights, [items, 1, length]), tokens), [items, rows.shape[1]]);
  };
  return {
    ids: tf.reshape(tokenIds!, [items * length]),
    positionsOf: (table) => tf.tile(tf.slice(table, [0, 0], [length, table.shape[1]]), [items, 1]),
    drop: (rows, { site, rate }) => dropout(rows, [length, rows.shape[1]], { rate, site, strides: [rows.shape[1], 1] }, pass),
    attend: (queries, keys, values, heads, { site, rate }) => {
      const kept = dropoutMask([heads, length, length], { rate, site, strides: [maximumPositions * maximumPositions, maximumPositions, 1] }, pass);
      const masks = { additive: tf.reshape(additive, [items, 1, 1, length]), ...(kept && { dropout: kept }) };
      return multiHeadAttention(queries, keys, values, { items, length, heads }, masks);
    },
    mean: (rows) => sumOfItems(rows, tf.div(isToken, tf.expandDims(tf.cast(lengths!, 'float32'), 1))),
    first: (rows) => tf.reshape(tf.slice(tf.reshape(rows, [items, length, rows.shape[1]]), [0, 0, 0], [items, 1, rows.shape[1]]), [items, rows.shape[1]]),
    weightedSum: (rows, scores) => sumOfItems(rows, tf.softmax(tf.add(tf.reshape(scores, [items, length]), additive))),
  };
}
