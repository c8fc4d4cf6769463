import * as tf from '@tensorflow/tfjs-core';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import { loadEngine } from '@gramkit/engine-tensorflow';
import { beforeAll, describe, expect, it } from 'vitest';
import { dropoutMask } from './dropout.js';
import { packedDropout, plainPackedDropout } from './packed-dropout.js';
import { offsetsOf, passOf } from './testing/packed.js';
import { draw, expectSameFunction } from './testing/same-function.js';

beforeAll(async () => void (await loadEngine()));

const settings = { rate: 0.25, site: 3 };
const lengths = [0, 3, 1, 0, 5];
const maskRows = [4, 2, 9, 1, 7];
const offsets = () => offsetsOf(lengths);

describe('packedDropout', () => {
  it('draws, bit for bit, the masks that dropout draws for padded items', () => {
    const width = 21;
    const ones = tf.ones([9, width]) as Tensor2D;
    const pass = passOf(maskRows, 5);
    const padded = dropoutMask([5, width], { ...settings, strides: [width, 1] }, pass)!.dataSync();
    const expected = lengths.flatMap((length, item) => [...padded.slice(item * 5 * width, (item * 5 + length) * width)]);
    expect([...packedDropout(ones, offsets(), settings, pass).dataSync()]).toEqual(expected);
    expect(new Set(expected)).toEqual(new Set([0, Math.fround(4 / 3)]));
  });

  it('is the plain one, forwards and backwards, with padding', () => {
    const pass = passOf(maskRows);
    expectSameFunction((rows) => packedDropout(rows as Tensor2D, offsets(), settings, pass), (rows) => plainPackedDropout(rows as Tensor2D, offsets(), settings, pass), [draw([12, 7], 1)]);
    const padding = (rows: tf.Tensor) => [...tf.slice(rows, 9, 3).dataSync()];
    const input = draw([12, 7], 1) as Tensor2D;
    expect(padding(packedDropout(input, offsets(), settings, pass))).toEqual(Array(21).fill(0));
    expect(padding(tf.grad((rows) => packedDropout(rows as Tensor2D, offsets(), settings, pass))(input))).toEqual(Array(21).fill(0));
  });

  it('is the input itself outside training and at rate 0', () => {
    const input = draw([9, 7], 1) as Tensor2D;
    expect(packedDropout(input, offsets(), settings, passOf(maskRows, 1, false))).toBe(input);
    expect(packedDropout(input, offsets(), { ...settings, rate: 0 }, passOf(maskRows))).toBe(input);
  });

  it('refuses offsets and mask rows that do not fit', () => {
    const drop = (bounds: number[], rows: number[]) => packedDropout(draw([9, 7], 1) as Tensor2D, offsetsOf(bounds), settings, passOf(rows)).dataSync();
    expect(() => drop([5, 5], [1, 2])).toThrow(/offsets reach row 10 of 9/);
    expect(() => drop([5, 4], [1])).toThrow(/mask rows are not \[items\]/);
  });
});
