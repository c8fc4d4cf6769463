import * as tf from '@tensorflow/tfjs-core';
import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import { columnSum } from './column-sum.js';

/**
 * `x W^T + b`: rows `[rows, inputs]`, weight `[outputs, inputs]` (as PyTorch stores it) and bias `[outputs]` to `[rows, outputs]`.
 * Keeps the rows and the weight for its gradient, not the product before the bias, which tfjs's own sum would keep.
 */
export function linear(rows: Tensor2D, weight: Tensor2D, bias: Tensor1D): Tensor2D {
  const compute = tf.customGrad((...given) => {
    const [input, matrix, offset, save] = given as unknown as [Tensor2D, Tensor2D, Tensor1D, tf.GradSaveFunc];
    save([input, matrix]);
    return {
      value: tf.add(tf.matMul(input, matrix, false, true), offset),
      gradFunc: (gradient, saved) => {
        const [savedInput, savedMatrix] = saved as [Tensor2D, Tensor2D];
        const output = gradient as Tensor2D;
        return [tf.matMul(output, savedMatrix), tf.matMul(output, savedInput, true, false), columnSum(output)];
      },
    };
  });
  return compute(rows, weight, bias) as Tensor2D;
}
