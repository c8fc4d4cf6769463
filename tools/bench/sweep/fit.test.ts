import { describe, expect, it } from 'vitest';
import { fitPolynomial, growthExponent } from './fit.js';

const points = (sizes: readonly number[], value: (size: number) => number) => sizes.map((size) => ({ size, value: value(size) }));

describe('fitPolynomial', () => {
  it('finds the coefficients of what is a polynomial', () => {
    const { coefficients, explained, largestDeviation } = fitPolynomial(points([8, 16, 32, 64, 128, 256], (size) => 0.02 + 0.003 * size + 4e-6 * size ** 2), 2);
    [0.02, 0.003, 4e-6].forEach((expected, power) => expect(coefficients[power]! / expected).toBeCloseTo(1, 6));
    expect(explained).toBeCloseTo(1, 10);
    expect(largestDeviation).toBeLessThan(1e-9);
  });

  it('says how far points lie from a line', () => {
    // The line through (0, 1), (1, 1), (2, 4) by least squares is .5 + 1.5 x.
    const { coefficients, explained, largestDeviation } = fitPolynomial([{ size: 0, value: 1 }, { size: 1, value: 1 }, { size: 2, value: 4 }], 1);
    expect(coefficients[0]).toBeCloseTo(0.5, 10);
    expect(coefficients[1]).toBeCloseTo(1.5, 10);
    expect(explained).toBeCloseTo(1 - 1.5 / 6, 10);
    expect(largestDeviation).toBeCloseTo(1, 10);
  });

  it('refuses points that decide nothing', () => {
    expect(() => fitPolynomial(points([1, 2], (size) => size), 1)).toThrow('2 points do not decide a polynomial of degree 1; 3 do');
  });
});

describe('growthExponent', () => {
  it('is the power of a power law', () => {
    expect(growthExponent(points([10, 100, 1000], (size) => 3 * size ** 1.25))).toBeCloseTo(1.25, 10);
    expect(growthExponent(points([10, 100, 1000], () => 0.4))).toBeCloseTo(0, 10);
  });
});
