import type { TensorInfo } from '@tensorflow/tfjs-core';
import { kernelNames, type BiasGeluGradientInputs, type BiasGeluInputs } from '@gramkit/spec';
import { addKernel, executeShaped, floats, type NodeBackend } from './node-backend.js';

/** The GELU of a product plus its bias and its gradient, each in one pass over memory; equations at `BiasGeluInputs` in spec. */
export function registerBiasGelu(): void {
  addKernel(kernelNames.biasGelu, biasGelu);
  addKernel(kernelNames.biasGeluGradient, biasGeluGradient);
}

function biasGelu(node: NodeBackend, { product, bias }: BiasGeluInputs): TensorInfo {
  return executeShaped(node, 'GramkitBiasGelu', [], [product, bias], [floats(...product.shape)])[0]!;
}

function biasGeluGradient(node: NodeBackend, { gradient, product, bias }: BiasGeluGradientInputs): TensorInfo[] {
  return executeShaped(node, 'GramkitBiasGeluGradient', [], [gradient, product, bias], [floats(...product.shape), floats(...bias.shape)]);
}
