import * as tf from '@tensorflow/tfjs-core';
import type { Scalar, Tensor } from '@tensorflow/tfjs-core';

/** A mean and what it was taken over. */
export interface MeanLoss {
  readonly loss: Scalar;
  /** float32 scalar */
  readonly count: Scalar;
}

/**
 * Mean binary cross-entropy between labels and the sigmoid of logits over the valid positions:
 * `max(z, 0) - z y + log(1 + exp(-|z|))`, which neither overflows nor loses the small losses of large logits.
 * Differentiable in the logits: `(sigmoid(z) - y) / count` where valid, 0 elsewhere. Without a valid position loss and gradient are 0.
 * @param logits float32 `[…]`
 * @param labels 0 or 1, of the same shape
 * @param valid float32, 1 where a position counts and 0 where not, of the same shape
 */
export function binaryCrossEntropy(logits: Tensor, labels: Tensor, valid: Tensor): MeanLoss {
  const count = tf.sum<Scalar>(valid);
  const divisor = tf.maximum(count, 1);
  const mean = tf.customGrad((...given) => {
    const [z, save] = given as unknown as [Tensor, tf.GradSaveFunc];
    save([z, labels, valid, divisor]);
    const each = tf.add(tf.sub(tf.relu(z), tf.mul(z, labels)), tf.log1p(tf.exp(tf.neg(tf.abs(z)))));
    return { value: tf.div(tf.sum(tf.mul(each, valid)), divisor), gradFunc: logitGradient };
  });
  return { loss: mean(logits) as Scalar, count };
}

function logitGradient(gradient: Tensor, [logits, labels, valid, divisor]: Tensor[]): Tensor {
  const each = tf.mul(tf.sub(tf.sigmoid(logits!), labels!), valid!);
  return tf.mul(each, tf.div(gradient, divisor!));
}
