import * as tf from '@tensorflow/tfjs-core';

/** Whether the backend in use has every kernel of `names`: contracts in spec leave most of them to the engine. */
export function offersKernels(...names: readonly string[]): boolean {
  return names.every((name) => tf.getKernel(name, tf.getBackend()) !== undefined);
}
