import * as tf from '@tensorflow/tfjs-core';
import { loadEngine } from '@gramkit/engine-tensorflow';
import { beforeAll, describe, expect, it } from 'vitest';
import { binaryCrossEntropy } from './binary-cross-entropy.js';

function lossOf(logits: readonly number[], labels: readonly number[], valid: readonly number[]): { loss: number; count: number; gradient: number[] } {
  const of = (values: tf.Tensor) => binaryCrossEntropy(values, tf.tensor1d([...labels]), tf.tensor1d([...valid]));
  const { loss, count } = of(tf.tensor1d([...logits]));
  const gradient = tf.grad((values) => of(values).loss)(tf.tensor1d([...logits]));
  return { loss: loss.dataSync()[0], count: count.dataSync()[0], gradient: Array.from(gradient.dataSync()) };
}

describe('binaryCrossEntropy', () => {
  beforeAll(async () => void (await loadEngine()));

  it('is the mean of the negative log likelihood, with its gradient, also at a logit of 0', () => {
    const logits = [0, 1.5, -2, 0.3];
    const labels = [1, 0, 0, 1];
    const probability = logits.map((logit) => 1 / (1 + Math.exp(-logit)));
    const { loss, count, gradient } = lossOf(logits, labels, [1, 1, 1, 1]);
    expect(count).toBe(4);
    expect(loss).toBeCloseTo(labels.reduce((sum, label, index) => sum - Math.log(label === 1 ? probability[index]! : 1 - probability[index]!), 0) / 4, 6);
    gradient.forEach((value, index) => expect(value).toBeCloseTo((probability[index]! - labels[index]!) / 4, 6));
  });

  it('counts valid positions alone', () => {
    const all = lossOf([1, -1], [1, 1], [1, 1]);
    const padded = lossOf([1, 50, -1, -50], [1, 0, 1, 1], [1, 0, 1, 0]);
    expect(padded.loss).toBeCloseTo(all.loss, 6);
    expect(padded.count).toBe(2);
    expect([padded.gradient[1], padded.gradient[3]].map((value) => Math.abs(value!))).toEqual([0, 0]);
    expect(padded.gradient[0]).toBeCloseTo(all.gradient[0]!, 6);
  });

  it('stays finite and exact at the ends', () => {
    const { loss, gradient } = lossOf([200, -200, 1e4], [1, 0, 0], [1, 1, 1]);
    expect(loss).toBeCloseTo(1e4 / 3, 2);
    expect(gradient[0]).toBe(0);
    expect(gradient[2]).toBeCloseTo(1 / 3, 6);
    // A naive log(1 + exp(-z)) rounds this to 0.
    expect(lossOf([20], [1], [1]).loss / Math.exp(-20)).toBeCloseTo(1, 4);
  });

  it('is 0 where nothing counts', () => {
    const { loss, count, gradient } = lossOf([3, -4], [0, 1], [0, 0]);
    expect([loss, count, ...gradient.map(Math.abs)]).toEqual([0, 0, 0, 0]);
  });
});
