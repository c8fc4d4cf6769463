import { describe, expect, it } from 'vitest';
import { mean, median, quantile } from './statistics.js';

describe('quantile', () => {
  it('interpolates between neighbours', () => {
    expect(quantile([4, 1, 3, 2], 0.25)).toBe(1.75);
    expect(median([3, 1, 2])).toBe(2);
    expect(median([1, 2])).toBe(1.5);
    expect(quantile([7], 0.9)).toBe(7);
  });

  it('refuses nothing at all', () => {
    expect(() => quantile([], 0.5)).toThrow(RangeError);
  });
});

describe('mean', () => {
  it('is the sum over the count', () => {
    expect(mean([1, 2, 6])).toBe(3);
  });
});
