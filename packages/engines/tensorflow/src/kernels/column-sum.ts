import type { TensorInfo } from '@tensorflow/tfjs-core';
import { kernelNames, type ColumnSumInputs } from '@gramkit/spec';
import { addKernel, executeShaped, floats, type NodeBackend } from './node-backend.js';

/** The sum over the rows of a matrix, which is the gradient of what was added to each of them. */
export function registerColumnSum(): void {
  addKernel(kernelNames.columnSum, columnSum);
}

function columnSum(node: NodeBackend, { rows }: ColumnSumInputs): TensorInfo {
  return executeShaped(node, 'GramkitColumnSum', [], [rows], [floats(rows.shape[1])])[0]!;
}
