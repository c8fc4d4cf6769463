import * as tf from '@tensorflow/tfjs-core';
import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';

/**
 * Layer normalisation over the last dimension (Ba et al., 2016, equation 4): `(x - mean) / sqrt(variance + epsilon) * scale + offset`,
 * rows `[rows, dimension]`, scale and offset `[dimension]`. Keeps one tensor of the input's size for its gradient.
 */
export function layerNorm(rows: Tensor2D, scale: Tensor1D, offset: Tensor1D, epsilon: number): Tensor2D {
  const compute = tf.customGrad((...given) => {
    const [input, gain, shift, save] = given as unknown as [Tensor2D, Tensor1D, Tensor1D, tf.GradSaveFunc];
    const centered = tf.sub(input, tf.mean(input, -1, true));
    const inverseDeviation = tf.rsqrt(tf.add(tf.mean(tf.square(centered), -1, true), epsilon));
    const normalized = tf.mul<Tensor2D>(centered, inverseDeviation);
    save([normalized, inverseDeviation, gain]);
    return {
      value: tf.add(tf.mul(normalized, gain), shift),
      gradFunc: (gradient, saved) => layerNormGradient(gradient as Tensor2D, saved as [Tensor2D, Tensor2D, Tensor1D]),
    };
  });
  return compute(rows, scale, offset) as Tensor2D;
}

/**
 * With `g` the gradient times the scale and `n` the normalised rows, that of the rows is `(g - mean(g) - n mean(g n)) / deviation`.
 * Both means are products with the scale, which saves passes over the rows.
 */
function layerNormGradient(gradient: Tensor2D, [normalized, inverseDeviation, scale]: [Tensor2D, Tensor2D, Tensor1D]) {
  const dimension = scale.shape[0];
  const weighted = tf.mul<Tensor2D>(gradient, normalized);
  const meanOver = tf.reshape<tf.Rank.R2>(tf.div(scale, dimension), [dimension, 1]);
  const mean = tf.matMul(gradient, meanOver);
  const slope = tf.matMul(weighted, meanOver);
  const inner = tf.sub(tf.sub(tf.mul(gradient, scale), mean), tf.mul(normalized, slope));
  return [tf.mul(inner, inverseDeviation), tf.sum(weighted, 0), tf.sum(gradient, 0)];
}
