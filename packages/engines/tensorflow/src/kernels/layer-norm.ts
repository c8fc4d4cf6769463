import type { TensorInfo } from '@tensorflow/tfjs-core';
import { kernelNames, type LayerNormAttributes, type LayerNormGradientInputs, type LayerNormInputs, type ResidualLayerNormInputs } from '@gramkit/spec';
import { addKernel, attributesFor, executeShaped, floats, type NodeBackend, type OutputForm } from './node-backend.js';

/** Layer normalisation, of a sum too, and its gradient, each in one pass over memory; equations at `LayerNormInputs` in spec. */
export function registerLayerNorm(): void {
  addKernel(kernelNames.layerNorm, layerNorm);
  addKernel(kernelNames.residualLayerNorm, residualLayerNorm);
  addKernel(kernelNames.layerNormGradient, layerNormGradient);
}

function layerNorm(node: NodeBackend, { input, scale, offset }: LayerNormInputs, { epsilon }: LayerNormAttributes): TensorInfo[] {
  return executeShaped(node, 'GramkitLayerNorm', [attributesFor(node).real('epsilon', epsilon)], [input, scale, offset], outputsOf(input));
}

function residualLayerNorm(node: NodeBackend, { input, residual, scale, offset }: ResidualLayerNormInputs, { epsilon }: LayerNormAttributes): TensorInfo[] {
  return executeShaped(node, 'GramkitResidualLayerNorm', [attributesFor(node).real('epsilon', epsilon)], [input, residual, scale, offset], outputsOf(input));
}

function layerNormGradient(node: NodeBackend, { gradient, normalized, inverseDeviation, scale }: LayerNormGradientInputs): TensorInfo[] {
  return executeShaped(node, 'GramkitLayerNormGradient', [], [gradient, normalized, inverseDeviation, scale], [
    floats(...normalized.shape), floats(...scale.shape), floats(...scale.shape),
  ]);
}

function outputsOf(input: TensorInfo): OutputForm[] {
  return [floats(...input.shape), floats(...input.shape), floats(input.shape[0]!)];
}
