import { loadEngine } from '@gramkit/engine-tensorflow';
import type { Gradient, Optimizer, RowGradient, Weight } from '@gramkit/spec';
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { Adam, adamOptions } from '../optimizers/index.js';
import { accumulateGradients, applyGradients, applyTogether, nameGradients, trainableWeights } from './gradients.js';
import type { Gradients } from './gradients.js';

beforeAll(() => loadEngine());

it('sums by name, keeps what stands on one side alone, and frees what it replaces', () => {
  const before = tf.memory().numTensors;
  const sum: Gradients = { first: tf.tensor1d([1, 2]) };
  accumulateGradients(sum, { first: tf.tensor1d([10, 20]), second: tf.scalar(5) });
  accumulateGradients(sum, { second: tf.scalar(7) });
  expect(Object.fromEntries(Object.entries(sum).map(([name, gradient]) => [name, (gradient as Tensor).arraySync()]))).toEqual({ first: [11, 22], second: 12 });
  expect(tf.memory().numTensors).toBe(before + 2);
});

it('names the gradients of trainable weights and leaves out weights without one', () => {
  const weights: Weight[] = ['a', 'b', 'c'].map((name) => ({ name, variable: tf.variable(tf.scalar(0)), trainable: name !== 'b' }));
  const trained = trainableWeights(weights);
  expect(trained.map(({ name }) => name)).toEqual(['a', 'c']);
  const gradient = tf.scalar(1);
  expect(nameGradients(trained, [undefined, gradient])).toEqual({ c: gradient });
});

const rowGradient = (rows: number[], values: number[][]): RowGradient => ({ rows: tf.tensor1d(rows, 'int32'), values: tf.tensor2d(values) });

it('keeps gradients of rows rows while they meet their like, and makes a table of them beside a table', () => {
  const before = tf.memory().numTensors;
  const sum: Gradients = { table: rowGradient([2, 0], [[1, 2], [3, 4]]) };
  accumulateGradients(sum, { table: rowGradient([2], [[10, 20]]) });
  const { rows, values } = sum.table as RowGradient;
  expect([rows.arraySync(), values.arraySync()]).toEqual([[2, 0, 2], [[1, 2], [3, 4], [10, 20]]]);
  expect(tf.memory().numTensors).toBe(before + 2);
  accumulateGradients(sum, { table: tf.ones([4, 2]) });
  accumulateGradients(sum, { table: rowGradient([3, 3], [[0.5, 0], [0.25, 0]]) });
  expect((sum.table as Tensor).arraySync()).toEqual([[4, 5], [1, 1], [12, 23], [1.75, 1]]);
  expect(tf.memory().numTensors).toBe(before + 1);
});

describe.each([true, undefined])('an optimizer with acceptsRowGradients %s', (acceptsRowGradients) => {
  it('is handed what it takes, once, and the gradients stay', () => {
    const weights: Weight[] = [
      { name: 'table', variable: tf.variable(tf.zeros([4, 2])), trainable: true },
      { name: 'bias', variable: tf.variable(tf.zeros([2])), trainable: true },
    ];
    const handed: Record<string, unknown>[] = [];
    const plain = (gradient: Gradient) => (gradient instanceof tf.Tensor ? gradient.arraySync() : [gradient.rows.arraySync(), gradient.values.arraySync()]);
    const optimizer = { acceptsRowGradients, apply: (gradients: ReadonlyMap<string, Gradient>) => handed.push(Object.fromEntries(Array.from(gradients, ([name, gradient]) => [name, plain(gradient)]))) };
    const gradients = { table: rowGradient([3, 1, 3], [[1, 2], [3, 4], [5, 6]]), bias: tf.tensor1d([7, 8]) };
    const before = tf.memory().numTensors;
    applyGradients(optimizer as unknown as Optimizer, gradients, weights);
    const table = acceptsRowGradients ? [[3, 1, 3], [[1, 2], [3, 4], [5, 6]]] : [[0, 0], [3, 4], [0, 0], [6, 8]];
    expect(handed).toEqual([{ table, bias: [7, 8] }]);
    expect(tf.memory().numTensors).toBe(before);
    expect(gradients.table.values.isDisposed).toBe(false);
  });

  it('keeps the slots that it makes anew at every update', () => {
    const weights: Weight[] = [{ name: 'table', variable: tf.variable(tf.zeros([2, 1])), trainable: true }];
    let slot: Tensor | undefined;
    const apply = () => {
      slot?.dispose();
      slot = tf.tidy(() => tf.ones([2, 1]));
    };
    for (let update = 0; update < 2; update++) applyGradients({ acceptsRowGradients, apply } as unknown as Optimizer, { table: tf.ones([2, 1]) }, weights);
    expect(slot!.arraySync()).toEqual([[1], [1]]);
  });
});

it('updates no network where one of them is refused', () => {
  const weightOf = (name: string): Weight => ({ name, variable: tf.tidy(() => tf.variable(tf.ones([2]))), trainable: true });
  const updateOf = (value: number) => {
    const weight = weightOf('w');
    return { optimizer: new Adam([weight], adamOptions.parse({ clipNorm: 1 })), gradients: { w: tf.fill([2], value) }, weights: [weight] };
  };
  const [good, bad] = [updateOf(1), updateOf(Number.NaN)];
  expect(() => applyTogether([good, bad])).toThrow(/NaN/);
  expect(good.weights[0]!.variable.arraySync()).toEqual([1, 1]);
  expect(good.optimizer.stepCount).toBe(0);
  applyTogether([good]);
  expect(good.weights[0]!.variable.arraySync()).not.toEqual([1, 1]);
});
