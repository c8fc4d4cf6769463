import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import { kernelNames, type LayerNormAttributes, type ResidualLayerNormInputs } from '@gramkit/spec';
import { addAlike } from './add-alike.js';
import { kernelLayerNormGradient, plainLayerNorm } from './layer-norm.js';
import { offersKernels } from './offered-kernels.js';

/** `layerNorm(input + residual)`, both `[rows, dimension]`. By the engine's kernel the sum is never kept. */
export function residualLayerNorm(input: Tensor2D, residual: Tensor2D, scale: Tensor1D, offset: Tensor1D, epsilon: number): Tensor2D {
  const offered = offersKernels(kernelNames.residualLayerNorm, kernelNames.layerNormGradient);
  return (offered ? kernelResidualLayerNorm : plainResidualLayerNorm)(input, residual, scale, offset, epsilon);
}

function kernelResidualLayerNorm(input: Tensor2D, residual: Tensor2D, scale: Tensor1D, offset: Tensor1D, epsilon: number): Tensor2D {
  const attributes: LayerNormAttributes = { epsilon };
  const compute = tf.customGrad((...given) => {
    const [left, right, gain, shift, save] = given as unknown as [Tensor2D, Tensor2D, Tensor1D, Tensor1D, tf.GradSaveFunc];
    const inputs: ResidualLayerNormInputs = { input: left, residual: right, scale: gain, offset: shift };
    const [value, normalized, inverseDeviation] = tf.engine().runKernel<[Tensor, Tensor, Tensor]>(kernelNames.residualLayerNorm, inputs, attributes);
    save([normalized, inverseDeviation, gain]);
    return {
      value,
      gradFunc: (gradient: Tensor, saved: Tensor[]) => {
        const [ofSum, ofScale, ofOffset] = kernelLayerNormGradient(gradient, saved);
        // Two tensors: each gradient is freed on its own.
        return [ofSum, tf.clone(ofSum), ofScale, ofOffset];
      },
    };
  });
  return compute(input, residual, scale, offset) as Tensor2D;
}

/** Out of tfjs's operations, for engines without the kernel and to test it against. */
export function plainResidualLayerNorm(input: Tensor2D, residual: Tensor2D, scale: Tensor1D, offset: Tensor1D, epsilon: number): Tensor2D {
  return plainLayerNorm(addAlike(input, residual), scale, offset, epsilon);
}
