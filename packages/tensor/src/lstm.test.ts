import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor1D, Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';
import { loadEngine } from '@gramkit/engine-tensorflow';
import { beforeAll, describe, expect, it } from 'vitest';
import oracle from './__fixtures__/lstm.json' with { type: 'json' };
import { lstm, type LstmLayerWeights } from './lstm.js';
import { fanInUniform, normal } from './initializers.js';
import { randomSource } from './random.js';

interface Recorded {
  readonly shape: number[];
  readonly values: number[];
}

const recordedTensor = ({ values, shape }: Recorded): Tensor => tf.tensor(values, shape);
const partNames = ['inputWeights', 'recurrentWeights', 'inputBias', 'recurrentBias'] as const;

function layersOf(flat: readonly Tensor[]): LstmLayerWeights[] {
  return Array.from({ length: flat.length / partNames.length }, (_, layer) => {
    const [inputWeights, recurrentWeights, inputBias, recurrentBias] = flat.slice(layer * 4) as [Tensor2D, Tensor2D, Tensor1D, Tensor1D];
    return { inputWeights, recurrentWeights, inputBias, recurrentBias };
  });
}

function randomLayers(sizes: readonly number[], seed: number): Tensor[] {
  const source = randomSource(seed);
  return sizes.slice(1).flatMap((hidden, layer) =>
    [[sizes[layer]!, 4 * hidden], [hidden, 4 * hidden], [4 * hidden], [4 * hidden]].map((shape) => fanInUniform(shape, hidden, source)),
  );
}

/** Norm of the difference over the norm of the expected whole. */
function relativeError(found: readonly Tensor[], expected: readonly Tensor[]): number {
  const flat = (tensors: readonly Tensor[]): number[] => tensors.flatMap((tensor) => Array.from(tensor.dataSync()));
  const [left, right] = [flat(found), flat(expected)];
  expect(left).toHaveLength(right.length);
  return Math.hypot(...left.map((value, index) => value - right[index]!)) / Math.hypot(...right);
}

/** d<outputs, outputGradient> by the input and every weight. */
function gradientsOf(input: Tensor3D, weights: readonly Tensor[], outputGradient: Tensor): Tensor[] {
  return tf.grads((...given) => tf.sum(tf.mul(lstm(given[0] as Tensor3D, layersOf(given.slice(1))), outputGradient)))([input, ...weights]);
}

describe('lstm', () => {
  beforeAll(async () => void (await loadEngine()));

  const names = [0, 1].flatMap((layer) => partNames.map((part) => `lstm.${layer}.${part}`));
  const recordedWeights = (): Tensor[] => names.map((name) => recordedTensor((oracle.weights as Record<string, Recorded>)[name]!));

  it("gives PyTorch's outputs and, for the input and every weight, its gradients", () => {
    const input = recordedTensor(oracle.input) as Tensor3D;
    expect(relativeError([lstm(input, layersOf(recordedWeights()))], [recordedTensor(oracle.output)])).toBeLessThan(1e-6);
    const expected = ['input', ...names].map((name) => recordedTensor((oracle.gradients as Record<string, Recorded>)[name]!));
    const found = gradientsOf(input, recordedWeights(), recordedTensor(oracle.outputGradient));
    found.forEach((gradient, index) => expect(gradient.shape, ['input', ...names][index]).toEqual(expected[index]!.shape));
    expect(relativeError(found, expected)).toBeLessThan(2e-6);
    // Each alone as well: a small one could be wrong unseen within the whole.
    found.forEach((gradient, index) => expect(relativeError([gradient], [expected[index]!])).toBeLessThan(1e-5));
  });

  it('agrees with finite differences along random directions', () => {
    const source = randomSource(3);
    const point = [normal([2, 7, 4], 1, source), ...randomLayers([4, 5, 3], 4)];
    const outputGradient = normal([2, 7, 3], 1, source);
    const value = (at: readonly Tensor[]): number => tf.tidy(() => tf.sum(tf.mul(lstm(at[0] as Tensor3D, layersOf(at.slice(1))), outputGradient)).dataSync()[0] as number);
    const gradients = gradientsOf(point[0] as Tensor3D, point.slice(1), outputGradient);
    const step = 1e-2;
    for (let trial = 0; trial < 4; trial++) {
      const direction = point.map((tensor) => normal(tensor.shape, 0.3, source));
      const moved = (sign: number): Tensor[] => point.map((tensor, index) => tf.add(tensor, tf.mul(direction[index]!, sign * step)));
      const slope = (value(moved(1)) - value(moved(-1))) / (2 * step);
      const predicted = gradients.reduce((sum, gradient, index) => sum + (tf.sum(tf.mul(gradient, direction[index]!)).dataSync()[0] as number), 0);
      expect(Math.abs(slope - predicted)).toBeLessThan(2e-3 * Math.max(1, Math.abs(predicted)));
    }
  });

  it('gives earlier positions the same whatever follows, and no gradient to what follows', () => {
    const source = randomSource(5);
    const weights = randomLayers([3, 4, 4], 6);
    const whole = normal([2, 6, 3], 1, source) as Tensor3D;
    const cut = tf.slice3d(whole, [0, 0, 0], [2, 4, 3]);
    const padded = tf.concat([cut, tf.fill([2, 2, 3], 9)], 1) as Tensor3D;
    const first = (input: Tensor3D): Tensor => tf.slice(lstm(input, layersOf(weights)), [0, 0, 0], [2, 4, 4]);
    expect(relativeError([first(padded)], [lstm(cut, layersOf(weights))])).toBeLessThan(1e-6);
    const mask = tf.concat([tf.ones([2, 4, 4]), tf.zeros([2, 2, 4])], 1);
    const ofPadded = gradientsOf(padded, weights, mask);
    const ofCut = gradientsOf(cut, weights, tf.ones([2, 4, 4]));
    expect(Array.from(tf.slice(ofPadded[0]!, [0, 4, 0], [2, 2, 3]).dataSync()).every((value) => value === 0)).toBe(true);
    expect(relativeError(ofPadded.slice(1), ofCut.slice(1))).toBeLessThan(1e-6);
  });

  it('takes sequences of one position and batches of one row', () => {
    const weights = randomLayers([3, 2], 7);
    const input = normal([1, 1, 3], 1, randomSource(8)) as Tensor3D;
    const [inputGradient, , recurrentGradient] = gradientsOf(input, weights, tf.ones([1, 1, 2]));
    expect(inputGradient!.shape).toEqual([1, 1, 3]);
    expect(Array.from(recurrentGradient!.dataSync())).toEqual(new Array(16).fill(0));
  });

  it('multiplies what lies between the layers by the mask', () => {
    const weights = randomLayers([3, 2, 2, 2], 7);
    const input = normal([2, 4, 3], 1, randomSource(8)) as Tensor3D;
    const seen: [number, number, number][] = [];
    const mask = (...asked: [number, number, number]) => {
      seen.push(asked);
      return tf.zeros<tf.Rank.R3>([asked[2], 2, 2]);
    };
    const dropped = lstm(input, layersOf(weights), { mask });
    expect(seen).toEqual([[0, 0, 4], [1, 0, 4]]);
    const last = layersOf(weights).slice(-1);
    expect(Array.from(dropped.dataSync())).toEqual(Array.from(lstm(tf.zeros([2, 4, 2]), last).dataSync()));
  });

  it('leaves no tensors behind, with gradients and without', () => {
    const weights = randomLayers([3, 4, 4], 9);
    const input = normal([2, 5, 3], 1, randomSource(10)) as Tensor3D;
    const step = (): void => tf.tidy(() => {
      lstm(input, layersOf(weights));
      gradientsOf(input, weights, tf.ones([2, 5, 4]));
    });
    step();
    const before = tf.memory().numTensors;
    for (let repeat = 0; repeat < 50; repeat++) step();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('masks between the layers as if every layer ran over the whole sequence at once, over several chunks', () => {
    const source = randomSource(14);
    const weights = randomLayers([3, 4, 4], 15);
    const input = normal([2, 19, 3], 1, source) as Tensor3D;
    const whole = tf.cast(tf.greater(normal([19, 2, 4], 1, source), 0), 'float32') as Tensor3D;
    const outputGradient = normal([2, 19, 4], 1, source);
    const masked = (...given: Tensor[]) => lstm(given[0] as Tensor3D, layersOf(given.slice(1)), { mask: (_, first, steps) => tf.slice3d(whole, [first, 0, 0], [steps, 2, 4]) });
    const layered = (...given: Tensor[]) => {
      const [first, second] = layersOf(given.slice(1));
      return lstm(tf.mul(lstm(given[0] as Tensor3D, [first!]), tf.transpose(whole, [1, 0, 2])), [second!]);
    };
    const gradientsBy = (compute: (...given: Tensor[]) => Tensor) => tf.grads((...given) => tf.sum(tf.mul(compute(...given), outputGradient)))([input, ...weights]);
    expect(relativeError([masked(input, ...weights)], [layered(input, ...weights)])).toBeLessThan(1e-6);
    gradientsBy(masked).forEach((gradient, index) => expect(relativeError([gradient], [gradientsBy(layered)[index]!])).toBeLessThan(1e-5));
  });

  it('runs several sequences in a row as it runs each in a row of its own, gradients too', () => {
    const source = randomSource(16);
    const weights = randomLayers([3, 4, 4], 17);
    // 11, 5 and 9 steps: the second and third in one row, with two steps of padding behind them.
    const lengths = [11, 5, 9];
    const alone = normal([3, 11, 3], 1, source) as Tensor3D;
    const part = (of: Tensor, row: number, from: number, length: number) => tf.slice(of, [row, from, 0], [1, length, of.shape[2]!]);
    const packed = tf.concat([tf.concat([part(alone, 0, 0, 11), tf.zeros([1, 5, 3])], 1), tf.concat([part(alone, 1, 0, 5), part(alone, 2, 0, 9), tf.zeros([1, 2, 3])], 1)], 0) as Tensor3D;
    const keep = tf.tensor2d(Array.from({ length: 16 }, (_, step) => [step === 0 ? 0 : 1, step === 0 || step === 5 ? 0 : 1]));
    const outputGradient = normal([3, 11, 4], 1, source);
    const ofWindows = (output: Tensor, places: readonly [number, number][]) =>
      tf.addN(places.map(([row, from], index) => tf.sum(tf.mul(part(output, row, from, lengths[index]!), part(outputGradient, index, 0, lengths[index]!)))));
    const inOwnRows = (...given: Tensor[]) => ofWindows(lstm(given[0] as Tensor3D, layersOf(given.slice(1))), [[0, 0], [1, 0], [2, 0]]);
    const inSharedRows = (...given: Tensor[]) => ofWindows(lstm(given[0] as Tensor3D, layersOf(given.slice(1)), { keep }), [[0, 0], [1, 0], [1, 5]]);
    expect(relativeError([inSharedRows(packed, ...weights)], [inOwnRows(alone, ...weights)])).toBeLessThan(1e-6);
    const [expected, found] = [tf.grads(inOwnRows)([alone, ...weights]), tf.grads(inSharedRows)([packed, ...weights])];
    expected.slice(1).forEach((gradient, index) => expect(relativeError([found[index + 1]!], [gradient])).toBeLessThan(1e-5));
    expect(relativeError([part(found[0]!, 1, 5, 9)], [part(expected[0]!, 2, 0, 9)])).toBeLessThan(1e-5);
  });
});
