import * as tf from '@tensorflow/tfjs-core';
import { kernelNames } from '@gramkit/spec';

/** Whether the backend in use has every kernel of `names`: contracts in spec leave most of them to the engine. */
export function offersKernels(...names: readonly string[]): boolean {
  return names.every((name) => tf.getKernel(name, tf.getBackend()) !== undefined);
}

/** Whether it has the kernels for packed tokens: without them, packed operations run item by item and read the offsets back. */
export function offersPackedKernels(): boolean {
  const { packedAttention, packedAttentionGradient, packedDropout, packedSum, packedSumGradient, packedSoftmax, packedSoftmaxGradient } = kernelNames;
  return offersKernels(packedAttention, packedAttentionGradient, packedDropout, packedSum, packedSumGradient, packedSoftmax, packedSoftmaxGradient);
}
