import * as tf from '@tensorflow/tfjs-core';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import type { Gradient, RowGradient } from '@gramkit/spec';

/** The whole table `[rows, width]` that gradients of rows stand for. */
export function rowsToTable({ rows, values }: RowGradient, tableRows: number): Tensor2D {
  return tf.unsortedSegmentSum(values, rows, tableRows) as Tensor2D;
}

/** The sum of two gradients of one weight; both are disposed. Gradients of rows stay so: theirs stand one after the other. */
export function addGradients(sum: Gradient, term: Gradient): Gradient {
  const total = tf.tidy((): Gradient => {
    if (sum instanceof tf.Tensor) return tf.add(sum, term instanceof tf.Tensor ? term : rowsToTable(term, sum.shape[0]!));
    if (term instanceof tf.Tensor) return tf.add(rowsToTable(sum, term.shape[0]!), term);
    return { rows: tf.concat([sum.rows, term.rows]), values: tf.concat([sum.values, term.values]) };
  });
  tf.dispose([sum, term]);
  return total;
}
