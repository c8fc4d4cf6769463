import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import { loadEngine } from '@gramkit/engine-tensorflow';
import { kernelNames } from '@gramkit/spec';
import { beforeAll, describe, expect, it } from 'vitest';
import { normal } from './initializers.js';
import { lstmCell, plainLstmCell } from './lstm-cell.js';
import { randomSource } from './random.js';

const source = randomSource(1);
const random = (columns: number): Tensor2D => normal([3, columns], 1, source) as Tensor2D;

function expectClose(found: Record<string, Tensor>, expected: Record<string, Tensor>): void {
  expect(Object.keys(found).sort()).toEqual(Object.keys(expected).sort());
  for (const [name, tensor] of Object.entries(expected)) {
    expect(found[name]!.shape, name).toEqual(tensor.shape);
    expect(tf.max(tf.abs(tf.sub(found[name]!, tensor))).dataSync()[0], name).toBeLessThan(1e-6);
  }
}

describe('lstmCell', () => {
  beforeAll(async () => void (await loadEngine()));

  it("is TensorFlow's kernel, equal to the plain operations forwards and backwards", () => {
    expect(lstmCell()).not.toBe(plainLstmCell);
    const inputs = { projected: random(8), recurrent: random(8), cell: random(2), keep: tf.tensor1d([1, 0, 1]) };
    const plain = plainLstmCell.forward(inputs);
    expectClose(lstmCell().forward(inputs), plain);
    const { inputGate, forgetGate, candidate, outputGate, activatedCell } = plain;
    const saved = { inputGate, forgetGate, candidate, outputGate, activatedCell };
    const gradients = { outputGradient: random(2), recurrentGradient: random(2), cellGradient: random(2), previousCell: inputs.cell, keep: inputs.keep, keepNext: tf.tensor1d([0, 1, 1]), ...saved };
    expectClose({ ...lstmCell().backward(gradients) }, { ...plainLstmCell.backward(gradients) });
  });

  it('falls back on the plain operations where the engine has no kernel', () => {
    const kernel = tf.getKernel(kernelNames.lstmCell, 'tensorflow');
    tf.unregisterKernel(kernelNames.lstmCell, 'tensorflow');
    try {
      expect(lstmCell()).toBe(plainLstmCell);
    } finally {
      tf.registerKernel(kernel);
    }
    expect(lstmCell()).not.toBe(plainLstmCell);
  });

  it('leaves nothing behind but its outputs', () => {
    const inputs = { projected: random(8), recurrent: random(8), cell: random(2), keep: tf.tensor1d([1, 0, 1]) };
    const before = tf.memory().numTensors;
    for (const cell of [lstmCell(), plainLstmCell]) {
      const step = cell.forward(inputs);
      expect(tf.memory().numTensors).toBe(before + 7);
      tf.dispose(step);
      expect(tf.memory().numTensors).toBe(before);
    }
  });
});
