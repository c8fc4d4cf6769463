import * as tf from '@tensorflow/tfjs-core';
import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import { kernelNames, type ColumnSumInputs } from '@gramkit/spec';
import { offersKernels } from './offered-kernels.js';

/** The sum over the rows, `[rows, columns]` to `[columns]`, for gradients of what was added to every row; not itself differentiable. */
export function columnSum(rows: Tensor2D): Tensor1D {
  if (!offersKernels(kernelNames.columnSum)) return tf.sum(rows, 0);
  return tf.engine().runKernel<Tensor1D>(kernelNames.columnSum, { rows } satisfies ColumnSumInputs);
}
