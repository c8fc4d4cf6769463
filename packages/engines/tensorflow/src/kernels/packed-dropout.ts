import type { TensorInfo } from '@tensorflow/tfjs-core';
import { kernelNames, type PackedDropoutAttributes, type PackedDropoutInputs } from '@gramkit/spec';
import { addKernel, executeShaped, floats, type NodeBackend } from './node-backend.js';
import { maskSettings } from './row-hash-mask.js';

/** Dropout of packed rows whose mask is drawn and applied in one pass, and nowhere kept; definition at `PackedDropoutInputs` in spec. */
export function registerPackedDropout(): void {
  addKernel(kernelNames.packedDropout, packedDropout);
}

function packedDropout(node: NodeBackend, { rows, offsets, maskRows, seed }: PackedDropoutInputs, { site, rate }: PackedDropoutAttributes): TensorInfo {
  return executeShaped(node, 'GramkitPackedDropout', maskSettings(node, site, rate), [rows, offsets, maskRows, seed], [floats(...rows.shape)])[0]!;
}
