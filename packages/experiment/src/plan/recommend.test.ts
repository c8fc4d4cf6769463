import { describe, expect, it } from 'vitest';
import type { DataShape } from './data-shape.js';
import type { StrategyEstimate } from './estimate.js';
import { recommend } from './recommend.js';

const shape = { interactionsPerUniqueItem: 22.6, interactionsPerItem: 2000, batches: 95 } as DataShape;

function estimated(strategy: string, trainingSeconds: number, gibibytes = 1): StrategyEstimate {
  return { strategy, trainingSeconds, peakMemoryBytes: gibibytes * 2 ** 30 } as StrategyEstimate;
}

const recommended = (...estimates: StrategyEstimate[]) => recommend(shape, estimates, 8 * 2 ** 30);

describe('a recommendation', () => {
  it('is the exact gradient where windows gain little', () => {
    expect(recommended(estimated('end-to-end', 900), estimated('single-step', 100), estimated('multi-step:1e', 80)).strategy).toBe('single-step');
    expect(recommended(estimated('end-to-end', 90), estimated('single-step', 100)).strategy).toBe('end-to-end');
  });

  it('is the fastest multi-step where that takes much less, with the ratio as its reason', () => {
    const { strategy, reasons } = recommended(estimated('frozen', 1), estimated('single-step', 100), estimated('multi-step:10', 40), estimated('multi-step:1e', 20));
    expect(strategy).toBe('multi-step:1e');
    expect(reasons.join()).toContain('multi-step:1e takes 0.20 times the time of single-step');
    expect(reasons.join()).toContain('R is 22.6 in a batch (mean of 95)');
  });

  it('leaves out what does not fit into memory, and says so', () => {
    const { strategy, reasons } = recommended(estimated('single-step', 10, 20), estimated('multi-step:1e', 20));
    expect(strategy).toBe('multi-step:1e');
    expect(reasons.join()).toContain('single-step would need more than the 8.0 GiB');
  });

  it('is none where nothing fits, and one that trains no encoder only where nothing else was measured', () => {
    expect(recommended(estimated('single-step', 10, 20)).strategy).toBeUndefined();
    expect(recommended(estimated('frozen', 10)).strategy).toBe('frozen');
  });
});
