import * as tf from '@tensorflow/tfjs-core';
import type { NamedTensorMap, Tensor1D, Tensor2D, Variable } from '@tensorflow/tfjs-core';
import { kernelNames, type AddToRowsInputs } from '@gramkit/spec';
import { offersKernels } from './offered-kernels.js';

/**
 * Adds `values` `[n, width]` to the rows `rows` (int32 `[n]`, each may repeat) of a table `[rows, width]`, in place by the engine's kernel:
 * what it costs depends on `n`, not on the table. Clones of the table keep their values.
 */
export function addToRows(table: Variable, rows: Tensor1D, values: Tensor2D): void {
  if (!offersKernels(kernelNames.addToRows)) return plainAddToRows(table, rows, values);
  const inputs: AddToRowsInputs = { table, rows, values };
  tf.engine().runKernel(kernelNames.addToRows, inputs as unknown as NamedTensorMap);
}

/** Out of tfjs's operations, for engines without the kernel and to test it against. */
export function plainAddToRows(table: Variable, rows: Tensor1D, values: Tensor2D): void {
  tf.tidy(() => table.assign(tf.add(table, tf.unsortedSegmentSum(values, rows, table.shape[0]!))));
}
