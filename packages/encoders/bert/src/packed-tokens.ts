import * as tf from '@tensorflow/tfjs-core';
import type { Tensor1D } from '@tensorflow/tfjs-core';
import type { DeviceTensors, EncoderPass } from '@gramkit/spec';
import { gatherRows, packedAttention, packedDropout, packedSoftmax, packedSum } from '@gramkit/tensor';
import type { TokenRows } from './token-rows.js';

/** Texts one after another, without padding between them (`ItemEncoder.inputLayout`); masks at the strides of `maximumPositions`. */
export function packedTokens({ tokenIds, positions, offsets }: DeviceTensors, maximumPositions: number, pass: EncoderPass): TokenRows {
  const starts = offsets as Tensor1D;
  const items = starts.shape[0] - 1;
  return {
    ids: tokenIds as Tensor1D,
    positionsOf: (table) => gatherRows(table, positions!) as tf.Tensor2D,
    drop: (rows, place) => packedDropout(rows, starts, place, pass),
    attend: (queries, keys, values, heads, place) => packedAttention(queries, keys, values, starts, { heads, positions: maximumPositions, ...place }, pass),
    mean: (rows) => tf.div(packedSum(rows, starts), tf.expandDims(lengthsOf(starts), 1)),
    // The start of an item without tokens may lie behind the last one.
    first: (rows) => gatherRows(rows, tf.minimum(tf.slice(starts, [0], [items]), tf.scalar(rows.shape[0] - 1, 'int32'))) as tf.Tensor2D,
    weightedSum: (rows, scores) => packedSum(tf.mul(rows, tf.expandDims(packedSoftmax(scores as Tensor1D, starts), 1)), starts),
  };
}

/** float32 `[items]`, 1 for an item without tokens, whose sum is 0 anyway. */
function lengthsOf(offsets: Tensor1D): Tensor1D {
  const items = offsets.shape[0] - 1;
  const lengths = tf.sub(tf.slice(offsets, [1], [items]), tf.slice(offsets, [0], [items]));
  return tf.cast(tf.maximum<Tensor1D>(lengths, tf.scalar(1, 'int32')), 'float32');
}
