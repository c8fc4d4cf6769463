import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { EncoderPass } from '@gramkit/spec';
import { loadEngine } from '@gramkit/engine-tensorflow';
import { beforeAll, describe, expect, it } from 'vitest';
import { dropout, dropoutMask } from './dropout.js';
import { draw } from './testing/same-function.js';

beforeAll(async () => void (await loadEngine()));

const passOf = (maskRows: readonly number[], seed = 1, training = true): EncoderPass =>
  ({ training, seed: tf.scalar(seed, 'int32'), maskRows: tf.tensor1d([...maskRows], 'int32') });
const settings = { rate: 0.25, site: 3, strides: [10, 1] };
const values = (tensor: Tensor) => [...tensor.dataSync()];

describe('dropout', () => {
  it('multiplies by the mask, forwards and backwards', () => {
    const pass = passOf([4, 2]);
    const input = draw([6, 5], 1);
    const mask = values(dropoutMask([3, 5], settings, pass)!);
    const dropped = dropout(input, [3, 5], settings, pass);
    expect(values(dropped)).toEqual(values(input).map((value, index) => Math.fround(value * mask[index]!)));
    expect(values(tf.grad((x) => dropout(x, [3, 5], settings, pass))(input))).toEqual(mask);
    expect(new Set(mask)).toEqual(new Set([0, Math.fround(4 / 3)]));
  });

  it('is the input itself outside training and at rate 0', () => {
    const input = draw([6, 5], 1);
    expect(dropout(input, [3, 5], settings, passOf([4, 2], 1, false))).toBe(input);
    expect(dropout(input, [3, 5], { ...settings, rate: 0 }, passOf([4, 2]))).toBe(input);
    expect(dropoutMask([3, 5], { ...settings, rate: 0 }, passOf([4, 2]))).toBeUndefined();
  });

  it('draws the mask of a row wherever it stands and however long its batch is', () => {
    const short = values(dropoutMask([2, 5], settings, passOf([7, 9]))!);
    const long = values(dropoutMask([4, 5], settings, passOf([9, 1, 7]))!);
    expect(short.slice(0, 10)).toEqual(long.slice(40, 50));
    expect(short.slice(10)).toEqual(long.slice(0, 10));
  });

  it('keeps the share and the mean that its rate says, and differs by seed, site and row', () => {
    const mask = (seed: number, site: number, row: number) => values(dropoutMask([100, 100], { ...settings, site, strides: [100, 1] }, passOf([row], seed))!);
    const first = mask(1, 0, 0);
    const share = (list: readonly boolean[]) => list.filter(Boolean).length / list.length;
    expect(share(first.map((value) => value === 0))).toBeCloseTo(0.25, 1);
    expect(first.reduce((sum, value) => sum + value, 0) / first.length).toBeCloseTo(1, 1);
    // Two independent masks agree with probability .25² + .75² = .625.
    for (const other of [mask(2, 0, 0), mask(1, 1, 0), mask(1, 0, 1)]) expect(share(first.map((value, index) => value === other[index]))).toBeCloseTo(0.625, 1);
  });
});
