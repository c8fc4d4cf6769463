import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import type { Pass } from '@gramkit/spec';
import { normal, randomSource } from '@gramkit/tensor';

export const passOf = (training: boolean, seed = 1): Pass => ({ training, seed: tf.scalar(seed, 'int32') });

/** Item encodings `[rows, dimension]`, standard normal. */
export function encodingsOf(rows: number, dimension: number, seed = 3): Tensor2D {
  return normal([rows, dimension], 1, randomSource(seed)) as Tensor2D;
}

export const valuesOf = (tensor: Tensor): number[] => Array.from(tensor.dataSync());
