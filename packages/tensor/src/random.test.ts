import { describe, expect, it } from 'vitest';
import { componentSeed, fmix32, hash32, permutation, randomSource } from './random.js';

describe('hash32', () => {
  it('is that of the PyTorch peer', () => {
    // Recorded from fmix32 and hash32 of gram_torch.py.
    expect([0, 1, 0xffffffff].map(fmix32)).toEqual([0, 1364076727, 2180083513]);
    expect([hash32(0), hash32(1, 2, 3), hash32(4294967295, 7)]).toEqual([2462723854, 399164677, 2429854706]);
  });

  it('takes keys modulo 2^32 and minds their order', () => {
    expect(hash32(-1)).toBe(hash32(0xffffffff));
    expect(hash32(1, 2)).not.toBe(hash32(2, 1));
    expect(hash32(1)).not.toBe(hash32(1, 0));
  });
});

describe('permutation', () => {
  it('is that of the PyTorch peer', () => {
    expect(Array.from(permutation(12, 1, 2, 0))).toEqual([5, 3, 1, 9, 10, 0, 11, 8, 6, 7, 2, 4]);
    expect(Array.from(permutation(5, 9))).toEqual([3, 0, 4, 2, 1]);
  });

  it('holds every number once', () => {
    expect(Array.from(permutation(1000, 3)).sort((a, b) => a - b)).toEqual(Array.from({ length: 1000 }, (_, index) => index));
    expect(permutation(0, 3)).toHaveLength(0);
  });

  it('differs between keys', () => {
    expect(permutation(100, 1)).not.toEqual(permutation(100, 2));
  });
});

describe('componentSeed', () => {
  it('separates seeds and places', () => {
    const seeds = [componentSeed(1, 'model'), componentSeed(2, 'model'), componentSeed(1, 'encoder'), componentSeed(1, 'modle')];
    expect(new Set(seeds).size).toBe(seeds.length);
    expect(componentSeed(1, 'model')).toBe(seeds[0]);
  });
});

describe('randomSource', () => {
  const draws = (count: number, draw: () => number): number[] => Array.from({ length: count }, draw);
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const count = 100_000;

  it('draws uniformly between 0 and 1', () => {
    const values = draws(count, randomSource(1).uniform);
    expect(Math.min(...values.slice(0, 1000))).toBeGreaterThan(0);
    // Five standard deviations of the share of each tenth.
    for (let tenth = 0; tenth < 10; tenth++) {
      const share = values.filter((value) => Math.floor(value * 10) === tenth).length / count;
      expect(Math.abs(share - 0.1)).toBeLessThan(5 * Math.sqrt(0.09 / count));
    }
    expect(Math.abs(mean(values.slice(1).map((value, index) => (value - 0.5) * (values[index]! - 0.5))))).toBeLessThan(5 / 12 / Math.sqrt(count));
  });

  it('draws from the standard normal', () => {
    const values = draws(count, randomSource(2).normal);
    expect(Math.abs(mean(values))).toBeLessThan(5 / Math.sqrt(count));
    expect(Math.abs(mean(values.map((value) => value ** 2)) - 1)).toBeLessThan(5 * Math.sqrt(2 / count));
    expect(Math.abs(mean(values.map((value) => value ** 3)))).toBeLessThan(5 * Math.sqrt(15 / count));
    expect(Math.abs(mean(values.map((value) => value ** 4)) - 3)).toBeLessThan(5 * Math.sqrt(96 / count));
    const beyondTwo = values.filter((value) => Math.abs(value) > 2).length / count;
    expect(Math.abs(beyondTwo - 0.0455)).toBeLessThan(5 * Math.sqrt(0.0455 / count));
  });

  it('repeats itself for the same keys and not for others', () => {
    expect(draws(5, randomSource(1, 2).normal)).toEqual(draws(5, randomSource(1, 2).normal));
    expect(draws(5, randomSource(1, 2).normal)).not.toEqual(draws(5, randomSource(1, 3).normal));
  });
});
