import * as tf from '@tensorflow/tfjs-core';
import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import { loadEngine } from '@gramkit/engine-tensorflow';
import { beforeAll, describe, it } from 'vitest';
import { linear } from './linear.js';
import { draw, expectSameFunction } from './testing/same-function.js';

beforeAll(async () => void (await loadEngine()));

describe('linear', () => {
  it('is x W^T + b, with its gradient', () => {
    expectSameFunction(
      (rows, weight, bias) => linear(rows as Tensor2D, weight as Tensor2D, bias as Tensor1D),
      (rows, weight, bias) => tf.add(tf.matMul(rows!, tf.transpose(weight!)), bias!),
      [draw([6, 3], 1), draw([5, 3], 2), draw([5], 3)],
    );
  });
});
