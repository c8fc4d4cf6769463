import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import { kernelNames, type LayerNormAttributes, type LayerNormGradientInputs, type LayerNormInputs } from '@gramkit/spec';
import { offersKernels } from './offered-kernels.js';

/**
 * Layer normalisation over the last dimension (Ba et al., 2016, equation 4): `(x - mean) / sqrt(variance + epsilon) * scale + offset`,
 * rows `[rows, dimension]`, scale and offset `[dimension]`. Keeps one tensor of the input's size for its gradient.
 */
export function layerNorm(rows: Tensor2D, scale: Tensor1D, offset: Tensor1D, epsilon: number): Tensor2D {
  return (offersKernels(kernelNames.layerNorm, kernelNames.layerNormGradient) ? kernelLayerNorm : plainLayerNorm)(rows, scale, offset, epsilon);
}

function kernelLayerNorm(rows: Tensor2D, scale: Tensor1D, offset: Tensor1D, epsilon: number): Tensor2D {
  const compute = tf.customGrad((...given) => {
    const [input, gain, shift, save] = given as unknown as [Tensor2D, Tensor1D, Tensor1D, tf.GradSaveFunc];
    const inputs: LayerNormInputs = { input, scale: gain, offset: shift };
    const [value, normalized, inverseDeviation] = tf.engine().runKernel<[Tensor, Tensor, Tensor]>(kernelNames.layerNorm, inputs, { epsilon } satisfies LayerNormAttributes);
    save([normalized, inverseDeviation, gain]);
    return { value, gradFunc: (gradient: Tensor, saved: Tensor[]) => kernelLayerNormGradient(gradient, saved) };
  });
  return compute(rows, scale, offset) as Tensor2D;
}

/** The gradients of the normalised input, of scale and of offset by the engine's kernel; `saved` are normalised rows, inverse deviations and scale. */
export function kernelLayerNormGradient(gradient: Tensor, saved: readonly Tensor[]): [Tensor, Tensor, Tensor] {
  const [normalized, inverseDeviation, scale] = saved as [Tensor2D, Tensor1D, Tensor1D];
  const inputs: LayerNormGradientInputs = { gradient: gradient as Tensor2D, normalized, inverseDeviation, scale };
  return tf.engine().runKernel<[Tensor, Tensor, Tensor]>(kernelNames.layerNormGradient, inputs);
}

/** Out of tfjs's operations, for engines without the kernel and to test it against. */
export function plainLayerNorm(rows: Tensor2D, scale: Tensor1D, offset: Tensor1D, epsilon: number): Tensor2D {
  const compute = tf.customGrad((...given) => {
    const [input, gain, shift, save] = given as unknown as [Tensor2D, Tensor1D, Tensor1D, tf.GradSaveFunc];
    const centered = tf.sub(input, tf.mean(input, -1, true));
    const inverseDeviation = tf.rsqrt(tf.add(tf.mean(tf.square(centered), -1, true), epsilon));
    const normalized = tf.mul<Tensor2D>(centered, inverseDeviation);
    save([normalized, inverseDeviation, gain]);
    return {
      value: tf.add(tf.mul(normalized, gain), shift),
      gradFunc: (gradient, saved) => plainLayerNormGradient(gradient as Tensor2D, saved as [Tensor2D, Tensor2D, Tensor1D]),
    };
  });
  return compute(rows, scale, offset) as Tensor2D;
}

/**
 * With `g` the gradient times the scale and `n` the normalised rows, that of the rows is `(g - mean(g) - n mean(g n)) / deviation`.
 * Both means are products with the scale, which saves passes over the rows.
 */
function plainLayerNormGradient(gradient: Tensor2D, [normalized, inverseDeviation, scale]: [Tensor2D, Tensor2D, Tensor1D]) {
  const dimension = scale.shape[0];
  const weighted = tf.mul<Tensor2D>(gradient, normalized);
  const meanOver = tf.reshape<tf.Rank.R2>(tf.div(scale, dimension), [dimension, 1]);
  const mean = tf.matMul(gradient, meanOver);
  const slope = tf.matMul(weighted, meanOver);
  const inner = tf.sub(tf.sub(tf.mul(gradient, scale), mean), tf.mul(normalized, slope));
  return [tf.mul(inner, inverseDeviation), tf.sum(weighted, 0), tf.sum(gradient, 0)];
}
