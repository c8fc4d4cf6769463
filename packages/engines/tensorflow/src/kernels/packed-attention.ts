import type { TensorInfo } from '@tensorflow/tfjs-core';
import { kernelNames, type PackedAttentionAttributes, type PackedAttentionGradientInputs, type PackedAttentionInputs } from '@gramkit/spec';
import { addKernel, attributesFor, executeShaped, floats, type NodeBackend, type OperationAttribute } from './node-backend.js';
import { maskSettings } from './row-hash-mask.js';

/** Attention inside each item and its gradient, neither of which holds a matrix of probabilities; equations at `PackedAttentionInputs` in spec. */
export function registerPackedAttention(): void {
  addKernel(kernelNames.packedAttention, packedAttention);
  addKernel(kernelNames.packedAttentionGradient, packedAttentionGradient);
}

function packedAttention(node: NodeBackend, inputs: PackedAttentionInputs, attributes: PackedAttentionAttributes): TensorInfo[] {
  const { query, key, value, offsets, maskRows, seed } = inputs;
  return executeShaped(node, 'GramkitPackedAttention', settingsOf(node, attributes), [query, key, value, offsets, maskRows, seed], [
    floats(...query.shape), floats(query.shape[0], attributes.heads),
  ]);
}

function packedAttentionGradient(node: NodeBackend, inputs: PackedAttentionGradientInputs, attributes: PackedAttentionAttributes): TensorInfo[] {
  const { gradient, query, key, value, context, logSumExp, offsets, maskRows, seed } = inputs;
  return executeShaped(node, 'GramkitPackedAttentionGradient', settingsOf(node, attributes), [
    gradient, query, key, value, context, logSumExp, offsets, maskRows, seed,
  ], [floats(...query.shape), floats(...query.shape), floats(...query.shape)]);
}

function settingsOf(node: NodeBackend, { heads, positions, site, rate }: PackedAttentionAttributes): OperationAttribute[] {
  const attribute = attributesFor(node);
  return [attribute.integer('heads', heads), attribute.integer('positions', positions), ...maskSettings(node, site, rate)];
}
