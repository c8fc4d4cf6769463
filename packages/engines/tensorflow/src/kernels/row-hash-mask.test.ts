import { engine, memory, scalar, tensor1d, tidy, type Tensor } from '@tensorflow/tfjs-core';
import { kernelNames, type RowHashMaskAttributes } from '@gramkit/spec';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadEngine } from '../engine/load-engine.js';

const rate = 0.1;

function mask(rows: readonly number[], seed: number, attributes: Partial<RowHashMaskAttributes> = {}): Float32Array {
  const full = { site: 0, shape: [64], strides: [1], rate, ...attributes };
  const output = tidy(() => {
    const inputs = { maskRows: tensor1d([...rows], 'int32'), seed: scalar(seed, 'int32') };
    return engine().runKernel<Tensor>(kernelNames.rowHashMask, inputs, full);
  });
  const values = output.dataSync<'float32'>();
  output.dispose();
  return values;
}

/** 1 where an element is kept. */
function bits(values: Float32Array): number[] {
  return Array.from(values, (value) => (value === 0 ? 0 : 1));
}

/** The finaliser of MurmurHash3. */
function mixNumber(value: number): number {
  const first = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  const second = Math.imul(first ^ (first >>> 13), 0xc2b2ae35);
  return (second ^ (second >>> 16)) | 0;
}

function correlation(left: readonly number[], right: readonly number[]): number {
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const centre = (values: readonly number[]): number[] => {
    const middle = mean(values);
    return values.map((value) => value - middle);
  };
  const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, value, index) => sum + value * b[index]!, 0);
  const [x, y] = [centre(left), centre(right)];
  return dot(x, y) / Math.sqrt(dot(x, x) * dot(y, y));
}

/** Five standard deviations of the correlation of `count` independent pairs. */
const chance = (count: number): number => 5 / Math.sqrt(count);

const rowNumbers = (count: number): number[] => Array.from({ length: count }, (_, row) => row);

describe('RowHashMask', () => {
  beforeAll(async () => void (await loadEngine()));

  it('holds 0 and 1/(1-rate), in the share that the rate asks for', () => {
    for (const wanted of [0.1, 0.5, 0.9]) {
      const values = mask(rowNumbers(100), 7, { shape: [1000], rate: wanted });
      const kept = values.filter((value) => value !== 0);
      expect(new Set(kept)).toEqual(new Set([Math.fround(1 / (1 - wanted))]));
      expect(Math.abs(kept.length / values.length - (1 - wanted))).toBeLessThan(5 * Math.sqrt((wanted * (1 - wanted)) / values.length));
    }
  });

  it('keeps everything at rate 0', () => {
    expect(new Set(mask([1, 2], 3, { rate: 0 }))).toEqual(new Set([1]));
  });

  it('keeps its share in every row and in every column', () => {
    const rows = 2000;
    const columns = 500;
    const kept = bits(mask(rowNumbers(rows), 3, { shape: [columns], rate: 0.5 }));
    const rowShares = rowNumbers(rows).map((row) => kept.slice(row * columns, (row + 1) * columns).reduce((a, b) => a + b) / columns);
    const columnShares = rowNumbers(columns).map((column) => rowNumbers(rows).reduce((sum, row) => sum + kept[row * columns + column]!, 0) / rows);
    expect(Math.max(...rowShares.map((share) => Math.abs(share - 0.5)))).toBeLessThan(5 * 0.5 / Math.sqrt(columns));
    expect(Math.max(...columnShares.map((share) => Math.abs(share - 0.5)))).toBeLessThan(5 * 0.5 / Math.sqrt(rows));
    // Shares that are too even would betray a pattern as well: their spread is that of independent bits.
    const variance = columnShares.reduce((sum, share) => sum + (share - 0.5) ** 2, 0) / columns;
    expect(variance * rows * 4).toBeGreaterThan(0.7);
    expect(variance * rows * 4).toBeLessThan(1.3);
  });

  it('is independent between rows, sites, seeds and neighbours', () => {
    const shape = [100_000];
    const of = (row: number, seed: number, site: number): number[] => bits(mask([row], seed, { shape, site, rate: 0.5 }));
    const base = of(5, 1, 2);
    for (const other of [of(6, 1, 2), of(5, 2, 2), of(5, 1, 3), of(6, 2, 2), of(4, 1, 3), of(5 + 65_536, 1, 2)]) {
      expect(Math.abs(correlation(base, other))).toBeLessThan(chance(base.length));
    }
    for (const distance of [1, 2, 64, 384, 512]) {
      expect(Math.abs(correlation(base.slice(distance), base.slice(0, -distance)))).toBeLessThan(chance(base.length - distance));
    }
  });

  it('is independent in fours: two rows by two elements', () => {
    const rows = rowNumbers(512);
    const kept = bits(mask(rows, 11, { shape: [512], rate: 0.5 }));
    const parity: number[] = [];
    for (let row = 0; row < 511; row++) {
      for (let column = 0; column < 511; column++) {
        const at = row * 512 + column;
        parity.push(kept[at]! ^ kept[at + 1]! ^ kept[at + 512]! ^ kept[at + 513]!);
      }
    }
    const share = parity.reduce((sum, value) => sum + value, 0) / parity.length;
    expect(Math.abs(share - 0.5)).toBeLessThan(5 * 0.5 / Math.sqrt(parity.length));
  });

  it('gives an item the same mask in any chunk and at any padded length', () => {
    const strides = [512 * 512, 512, 1];
    const alone = mask([42], 9, { shape: [2, 3, 3], strides });
    const among = mask([7, 42, 8], 9, { shape: [2, 5, 5], strides });
    const width = 2 * 5 * 5;
    const cut: number[] = [];
    for (let head = 0; head < 2; head++) {
      for (let query = 0; query < 3; query++) {
        for (let key = 0; key < 3; key++) cut.push(among[width + head * 25 + query * 5 + key]!);
      }
    }
    expect(cut).toEqual(Array.from(alone));
  });

  it('shares a mask along a dimension of stride 0', () => {
    const values = mask([1], 9, { shape: [4, 16], strides: [0, 1], rate: 0.5 });
    for (let row = 1; row < 4; row++) expect(values.slice(row * 16, (row + 1) * 16)).toEqual(values.slice(0, 16));
  });

  it('matches its definition in plain arithmetic, so that it is the same on every machine', () => {
    const [row, seed, site] = [3, 5, 7];
    const rowKey = mixNumber(mixNumber(row) + mixNumber(seed));
    const expected = rowNumbers(64).map((index) => {
      const elementKey = mixNumber(mixNumber(index) + mixNumber(site));
      const product = Math.imul(rowKey ^ elementKey, 0x7feb352d);
      return Math.imul(product ^ (product >> 15), 0x846ca68b) >= Math.round(rate * 2 ** 32) - 2 ** 31 ? Math.fround(1 / (1 - rate)) : 0;
    });
    expect(Array.from(mask([row], seed, { site }))).toEqual(expected);
  });

  it('leaves no tensors behind', () => {
    const before = memory().numTensors;
    mask([1, 2], 3);
    expect(memory().numTensors).toBe(before);
  });
});
