import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import { gatherRows } from './gather-rows.js';
import { linear } from './linear.js';
import type { LinearWeights } from './weight-set.js';

/**
 * Linear layers of the rows that `references` (int32 `[…]`) point to: a table `[rows, inputs]` to `[references, outputs]` for each layer.
 * Exact either way, it projects the table and gathers where the table has fewer rows than there are references, and gathers first otherwise.
 * A reference of -1 marks padding; it gives row 0, which the caller must mask.
 */
export function linearOfRows(table: Tensor2D, references: Tensor, layers: readonly Pick<LinearWeights, 'weight' | 'bias'>[]): Tensor2D[] {
  const flat = tf.reshape(references, [references.size]);
  if (table.shape[0] < flat.size) return layers.map(({ weight, bias }) => gatherRows(linear(table, weight, bias), flat) as Tensor2D);
  const rows = gatherRows(table, flat) as Tensor2D;
  return layers.map(({ weight, bias }) => linear(rows, weight, bias));
}
