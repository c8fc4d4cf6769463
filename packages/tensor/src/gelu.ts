import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';

const inverseRootTwo = Math.SQRT1_2;
const inverseRootTwoPi = 1 / Math.sqrt(2 * Math.PI);

/** The exact GELU, `x Phi(x)` with the normal distribution function Phi (Hendrycks and Gimpel, 2016), of any shape. Keeps its input alone. */
export function gelu(input: Tensor): Tensor {
  const compute = tf.customGrad((...given) => {
    const [x, save] = given as unknown as [Tensor, tf.GradSaveFunc];
    save([x]);
    return { value: tf.mul(x, distribution(x)), gradFunc: (gradient: Tensor, [saved]: Tensor[]) => tf.mul(gradient, slope(saved!)) };
  });
  return compute(input);
}

/** Phi(x), the standard normal distribution function. */
function distribution(x: Tensor): Tensor {
  return tf.add(tf.mul(tf.erf(tf.mul(x, inverseRootTwo)), 0.5), 0.5);
}

/** Phi(x) + x phi(x), with the normal density phi. */
function slope(x: Tensor): Tensor {
  const density = tf.mul(tf.exp(tf.mul(tf.square(x), -0.5)), inverseRootTwoPi);
  return tf.add(distribution(x), tf.mul(x, density));
}
