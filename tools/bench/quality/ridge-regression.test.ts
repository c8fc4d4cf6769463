import { describe, expect, it } from 'vitest';
import { explainedVariance } from './ridge-regression.js';

describe('explainedVariance', () => {
  it('explains a linear target fully with next to no penalty', () => {
    const features = [[0, 1], [1, 0], [2, 3], [4, 1], [3, 3]];
    const line = { features, targets: features.map(([a, b]) => 2 * a! - b! + 5) };
    expect(explainedVariance(line, line, 1e-9)).toBeCloseTo(1, 6);
  });

  it('shrinks to the mean under a large penalty', () => {
    const train = { features: [[-1], [1]], targets: [-1, 1] };
    expect(explainedVariance(train, train, 1e9)).toBeCloseTo(0, 6);
  });

  it('agrees with the closed form in one dimension: slope = sum xy / (sum xx + penalty)', () => {
    const train = { features: [[-1], [0], [1]], targets: [-2, 0, 2] };
    const slope = 4 / (2 + 2);
    expect(explainedVariance(train, train, 2)).toBeCloseTo(1 - (2 * (2 - slope) ** 2) / 8, 12);
  });

  it('is negative where the fit is worse than the mean', () => {
    expect(explainedVariance({ features: [[0], [1]], targets: [0, 1] }, { features: [[0], [1]], targets: [1, 0] }, 1e-9)).toBeLessThan(0);
  });
});
