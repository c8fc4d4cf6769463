import { engine, memory, reshape, scalar, tensor1d, tidy, variable, zeros, type Tensor, type Variable } from '@tensorflow/tfjs-core';
import { kernelNames } from '@gramkit/spec';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadEngine } from '../engine/load-engine.js';

const beta1 = 0.9;
const beta2 = 0.999;
const epsilon = 1e-8;
const learningRate = 1e-2;

interface Slots {
  readonly weight: Variable;
  readonly firstMoment: Variable;
  readonly secondMoment: Variable;
}

function slotsFor(values: Tensor): Slots {
  return tidy(() => ({ weight: variable(values), firstMoment: variable(zeros(values.shape)), secondMoment: variable(zeros(values.shape)) }));
}

/** The learning rate with the bias of step `step` corrected. */
function rateOf(step: number): number {
  return (learningRate * Math.sqrt(1 - beta2 ** step)) / (1 - beta1 ** step);
}

function update(slots: Slots, gradient: Tensor, step: number): void {
  tidy(() => {
    const inputs = { ...slots, gradient, rate: scalar(rateOf(step)), epsilon: scalar(epsilon) };
    engine().runKernel(kernelNames.adamUpdate, inputs, { beta1, beta2 });
  });
}

/** The docstring's equations in double precision. */
function referenceSteps(start: readonly number[], gradients: readonly (readonly number[])[]): { weight: number[]; firstMoment: number[]; secondMoment: number[] } {
  const weight = [...start];
  const firstMoment = start.map(() => 0);
  const secondMoment = start.map(() => 0);
  gradients.forEach((gradient, index) => {
    const rate = rateOf(index + 1);
    gradient.forEach((value, element) => {
      firstMoment[element]! += (1 - beta1) * (value - firstMoment[element]!);
      secondMoment[element]! += (1 - beta2) * (value * value - secondMoment[element]!);
      weight[element]! -= (rate * firstMoment[element]!) / (Math.sqrt(secondMoment[element]!) + epsilon);
    });
  });
  return { weight, firstMoment, secondMoment };
}

describe('AdamUpdate', () => {
  beforeAll(async () => void (await loadEngine()));

  it('follows the equations of Adam', () => {
    const start = [1, -2, 0.5];
    const gradients = [[0.1, -3, 0], [0.2, 2, 1e-4], [-0.3, 1, 5]];
    const slots = slotsFor(tensor1d(start));
    gradients.forEach((gradient, index) => update(slots, tensor1d(gradient), index + 1));
    const expected = referenceSteps(start, gradients);
    for (const name of ['weight', 'firstMoment', 'secondMoment'] as const) {
      slots[name].dataSync().forEach((value, element) => expect(value).toBeCloseTo(expected[name][element]!, 5));
    }
  });

  it('leaves clones, other readers and the array that a weight was made from as they were', () => {
    const values = new Float32Array(4096).fill(1);
    const made = tensor1d(values);
    const slots = slotsFor(made);
    const gradient = tensor1d(new Float32Array(4096).fill(1));
    const clone = slots.weight.clone();
    update(slots, gradient, 1);
    const reshaped = reshape(slots.weight, [64, 64]);
    const afterFirst = slots.weight.dataSync()[0]!;
    update(slots, gradient, 2);
    expect(slots.weight.dataSync()[0]).toBeLessThan(afterFirst);
    expect(reshaped.dataSync()[0]).toBe(afterFirst);
    expect(clone.dataSync()[0]).toBe(1);
    expect(made.dataSync()[0]).toBe(1);
    expect(values[0]).toBe(1);
  });

  it('goes on bit for bit from weights and moments that were read and set again', () => {
    const gradients = Array.from({ length: 6 }, (_, step) => tensor1d([Math.sin(step), Math.cos(step), step]));
    const whole = slotsFor(tensor1d([1, 2, 3]));
    gradients.forEach((gradient, index) => update(whole, gradient, index + 1));
    const first = slotsFor(tensor1d([1, 2, 3]));
    gradients.slice(0, 3).forEach((gradient, index) => update(first, gradient, index + 1));
    const resumed: Slots = {
      weight: variable(tensor1d(first.weight.dataSync())),
      firstMoment: variable(tensor1d(first.firstMoment.dataSync())),
      secondMoment: variable(tensor1d(first.secondMoment.dataSync())),
    };
    gradients.slice(3).forEach((gradient, index) => update(resumed, gradient, index + 4));
    expect(resumed.weight.dataSync()).toEqual(whole.weight.dataSync());
    expect(resumed.secondMoment.dataSync()).toEqual(whole.secondMoment.dataSync());
  });

  it('refuses a gradient of another shape and leaves the weight usable', () => {
    const slots = slotsFor(tensor1d([1, 2, 3]));
    expect(() => update(slots, tensor1d([1, 2]), 1)).toThrow(/float32 \[2\].*float32 \[3\]/);
    expect(slots.weight.dataSync()).toEqual(Float32Array.of(1, 2, 3));
  });

  it('leaves the weight usable when TensorFlow refuses the update', () => {
    const slots = slotsFor(tensor1d([1, 2, 3]));
    const wrong = { ...slots, gradient: tensor1d([1, 1, 1]), rate: tensor1d([1, 2]), epsilon: scalar(epsilon) };
    expect(() => engine().runKernel(kernelNames.adamUpdate, wrong, { beta1, beta2 })).toThrow(/lr is not a scalar/);
    expect(slots.weight.dataSync()).toEqual(Float32Array.of(1, 2, 3));
    update(slots, tensor1d([1, 1, 1]), 1);
    expect(slots.weight.dataSync()[0]).toBeCloseTo(1 - learningRate, 5);
  });

  it('keeps tensors and resident memory flat over 2,000 steps', () => {
    const slots = slotsFor(zeros([100_000]));
    const gradient = tensor1d(new Float32Array(100_000).fill(0.5));
    for (let step = 1; step <= 2000; step++) update(slots, gradient, step);
    globalThis.gc?.();
    const tensors = memory().numTensors;
    const bytes = process.memoryUsage().rss;
    for (let step = 2001; step <= 4000; step++) update(slots, gradient, step);
    globalThis.gc?.();
    expect(memory().numTensors).toBe(tensors);
    expect(process.memoryUsage().rss).toBeLessThan(bytes * 1.02);
  });
});
