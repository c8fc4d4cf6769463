import type { TensorInfo } from '@tensorflow/tfjs-core';
import {
  kernelNames, type PackedSoftmaxGradientInputs, type PackedSoftmaxInputs, type PackedSumGradientAttributes, type PackedSumGradientInputs, type PackedSumInputs,
} from '@gramkit/spec';
import { addKernel, attributesFor, executeShaped, floats, type NodeBackend } from './node-backend.js';

/** What pools the rows of each item, with gradients; definitions at `PackedSumInputs` and `PackedSoftmaxInputs` in spec. */
export function registerPackedPooling(): void {
  addKernel(kernelNames.packedSum, packedSum);
  addKernel(kernelNames.packedSumGradient, packedSumGradient);
  addKernel(kernelNames.packedSoftmax, packedSoftmax);
  addKernel(kernelNames.packedSoftmaxGradient, packedSoftmaxGradient);
}

function packedSum(node: NodeBackend, { rows, offsets }: PackedSumInputs): TensorInfo {
  return executeShaped(node, 'GramkitPackedSum', [], [rows, offsets], [floats(offsets.shape[0] - 1, rows.shape[1])])[0]!;
}

function packedSumGradient(node: NodeBackend, { gradient, offsets }: PackedSumGradientInputs, { tokens }: PackedSumGradientAttributes): TensorInfo {
  const settings = [attributesFor(node).integer('tokens', tokens)];
  return executeShaped(node, 'GramkitPackedSumGradient', settings, [gradient, offsets], [floats(tokens, gradient.shape[1])])[0]!;
}

function packedSoftmax(node: NodeBackend, { scores, offsets }: PackedSoftmaxInputs): TensorInfo {
  return executeShaped(node, 'GramkitPackedSoftmax', [], [scores, offsets], [floats(...scores.shape)])[0]!;
}

function packedSoftmaxGradient(node: NodeBackend, { gradient, probabilities, offsets }: PackedSoftmaxGradientInputs): TensorInfo {
  return executeShaped(node, 'GramkitPackedSoftmaxGradient', [], [gradient, probabilities, offsets], [floats(...probabilities.shape)])[0]!;
}
