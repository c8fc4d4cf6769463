import { engine, memory, reshape, scalar, tensor1d, tensor2d, tidy, unsortedSegmentSum, variable, zeros, type Tensor, type Variable } from '@tensorflow/tfjs-core';
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

  it('leaves the weight usable when the update is refused', () => {
    const slots = slotsFor(tensor1d([1, 2, 3]));
    const wrong = { ...slots, gradient: tensor1d([1, 1, 1]), rate: tensor1d([1, 2]), epsilon: scalar(epsilon) };
    expect(() => engine().runKernel(kernelNames.adamUpdate, wrong, { beta1, beta2 })).toThrow(/rate float32 \[2\].*both are scalars/);
    expect(slots.weight.dataSync()).toEqual(Float32Array.of(1, 2, 3));
    update(slots, tensor1d([1, 1, 1]), 1);
    expect(slots.weight.dataSync()[0]).toBeCloseTo(1 - learningRate, 5);
  });

  it('leaves what shares the buffer of a weight as it is: a clone, a reshaped view', () => {
    const slots = slotsFor(tensor1d([1, 2, 3, 4]));
    const clone = slots.weight.clone();
    const view = reshape(slots.weight, [2, 2]);
    update(slots, tensor1d([1, 1, 1, 1]), 1);
    expect(clone.dataSync()).toEqual(Float32Array.of(1, 2, 3, 4));
    expect(view.dataSync()).toEqual(Float32Array.of(1, 2, 3, 4));
    expect(slots.weight.dataSync()[0]).toBeLessThan(1);
  });

  describe('with gradients of rows', () => {
    const rowSteps = [
      { rows: [2, 0, 2], values: [[1, 2], [3, 4], [5, 6]] },
      { rows: [0, -1], values: [[0.5, -1], [9, 9]] },
      { rows: [4], values: [[1, -1]] },
    ];
    const table = () => slotsFor(tensor2d([[1, 2], [3, 4], [5, 6], [7, 8], [9, 10]]));
    const updateRows = (slots: Slots, { rows, values }: (typeof rowSteps)[number], step: number, attributes: object) =>
      tidy(() => {
        const inputs = { ...slots, gradient: tensor2d(values), rows: tensor1d(rows, 'int32'), rate: scalar(rateOf(step)), epsilon: scalar(epsilon) };
        engine().runKernel(kernelNames.adamUpdate, inputs as never, { beta1, beta2, ...attributes } as never);
      });

    it('is, bit for bit, the update of the whole table', () => {
      const [byRows, whole] = [table(), table()];
      const activeRows = new Uint8Array(5);
      rowSteps.forEach((one, index) => {
        updateRows(byRows, one, index + 1, { activeRows });
        update(whole, tidy(() => unsortedSegmentSum(tensor2d(one.values), tensor1d(one.rows, 'int32'), 5)), index + 1);
      });
      for (const name of ['weight', 'firstMoment', 'secondMoment'] as const) expect(byRows[name].dataSync()).toEqual(whole[name].dataSync());
      expect(activeRows).toEqual(Uint8Array.of(1, 0, 1, 0, 1));
    });

    it('moves the given rows alone where that is asked for', () => {
      const slots = table();
      const activeRows = new Uint8Array(5);
      updateRows(slots, rowSteps[0]!, 1, { activeRows, onlyTouchedRows: true });
      const before = slots.weight.dataSync().slice();
      updateRows(slots, rowSteps[2]!, 2, { activeRows, onlyTouchedRows: true });
      expect(slots.weight.dataSync().slice(0, 8)).toEqual(before.slice(0, 8));
      expect(slots.weight.dataSync()[8]).not.toBe(before[8]);
    });

    it('refuses a row beyond the table and leaves the weight usable', () => {
      const slots = table();
      expect(() => updateRows(slots, { rows: [5], values: [[1, 1]] }, 1, { activeRows: new Uint8Array(5) })).toThrow(/do not fit the table/);
      expect(slots.weight.dataSync()).toEqual(Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10));
    });
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
