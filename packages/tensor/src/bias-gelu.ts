import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import { kernelNames, type BiasGeluGradientInputs, type BiasGeluInputs } from '@gramkit/spec';
import { gelu } from './gelu.js';
import { offersKernels } from './offered-kernels.js';

/** The exact GELU of `product + bias`: `[rows, columns]` and `[columns]` to `[rows, columns]`. By the engine's kernel it keeps its inputs alone. */
export function biasGelu(product: Tensor2D, bias: Tensor1D): Tensor2D {
  return (offersKernels(kernelNames.biasGelu, kernelNames.biasGeluGradient) ? kernelBiasGelu : plainBiasGelu)(product, bias);
}

function kernelBiasGelu(product: Tensor2D, bias: Tensor1D): Tensor2D {
  const compute = tf.customGrad((...given) => {
    const [rows, offset, save] = given as unknown as [Tensor2D, Tensor1D, tf.GradSaveFunc];
    save([rows, offset]);
    return {
      value: tf.engine().runKernel<Tensor>(kernelNames.biasGelu, { product: rows, bias: offset } satisfies BiasGeluInputs),
      gradFunc: (gradient: Tensor, saved: Tensor[]) => {
        const [savedProduct, savedBias] = saved as [Tensor2D, Tensor1D];
        const inputs: BiasGeluGradientInputs = { gradient: gradient as Tensor2D, product: savedProduct, bias: savedBias };
        return tf.engine().runKernel<Tensor[]>(kernelNames.biasGeluGradient, inputs);
      },
    };
  });
  return compute(product, bias) as Tensor2D;
}

/** Out of tfjs's operations, for engines without the kernel and to test it against. */
export function plainBiasGelu(product: Tensor2D, bias: Tensor1D): Tensor2D {
  return gelu(tf.add(product, bias)) as Tensor2D;
}
