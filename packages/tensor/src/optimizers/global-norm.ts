import * as tf from '@tensorflow/tfjs-core';
import type { Scalar } from '@tensorflow/tfjs-core';
import type { Gradient, RowGradient } from '@gramkit/spec';

/**
 * The Euclidean norm of all gradients laid end to end, as PyTorch's `clip_grad_norm_` takes it of dense gradients: gradients of rows
 * count as the table they stand for, repeated rows added up first. The caller disposes it.
 */
export function globalNorm(gradients: Iterable<Gradient>): Scalar {
  return tf.tidy(() => {
    const squares = Array.from(gradients, (gradient) => tf.sum(tf.square(gradient instanceof tf.Tensor ? gradient : distinctRows(gradient))));
    return tf.sqrt(squares.length === 0 ? tf.scalar(0) : tf.addN(squares)) as Scalar;
  });
}

/** What a gradient adds up to by distinct row `[distinct, width]`; a negative row is left out, as in `AdamUpdateInputs`. */
function distinctRows({ rows, values }: RowGradient): tf.Tensor2D {
  const { values: distinct, indices } = tf.unique(rows);
  const places = tf.where(tf.less(rows, tf.scalar(0, 'int32')), tf.neg(tf.onesLike(rows)), indices);
  return tf.unsortedSegmentSum(values, places, distinct.shape[0]) as tf.Tensor2D;
}

/** `factor` times a gradient. */
export function scaleGradient(gradient: Gradient, factor: number): Gradient {
  if (gradient instanceof tf.Tensor) return tf.mul(gradient, factor);
  return { rows: gradient.rows, values: tf.mul(gradient.values, factor) };
}
