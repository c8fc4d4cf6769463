import { describe, expect, it } from 'vitest';
import type { QualityRun, StrategyName } from './runs.js';
import { formatQuality, requirements } from './verdict.js';

const run = (strategy: StrategyName, auc: number, coldStartAuc: number, seconds: number): QualityRun => ({
  strategy, seed: 1, auc, coldStartAuc, bestEpoch: 3, secondsToBest: seconds, trainingSeconds: seconds, secondsPerStep: 1, peakMemoryBytes: 2 ** 30, ceilingAuc: 0.89,
});

const good = [run('frozen', 0.844, 0.76, 10), run('single-step', 0.855, 0.812, 600), run('multi-step', 0.856, 0.82, 90)];

describe('requirements', () => {
  it('all hold for the figures of the paper trail', () => {
    expect(requirements(good, 0.36).filter(({ holds }) => !holds)).toEqual([]);
  });

  it('names each that does not hold', () => {
    const bad = [run('frozen', 0.844, 0.79, 10), run('single-step', 0.86, 0.8, 600), run('multi-step', 0.85, 0.79, 200)];
    expect(requirements(bad, 0.5).filter(({ holds }) => !holds).map(({ name }) => name)).toEqual([
      'difficulty of unseen items explained by frozen encodings',
      'cold-start AUC, single-step over frozen',
      'cold-start AUC, multi-step over frozen',
      'AUC, multi-step less single-step',
      'AUC, multi-step',
      'cold-start AUC, multi-step',
      'time of single-step to its best over time of multi-step',
    ]);
  });

  it('takes means over the seeds', () => {
    const two = [...good, run('frozen', 0.844, 0.76, 10), run('single-step', 0.855, 0.812, 600), run('multi-step', 0.846, 0.82, 90)];
    expect(requirements(two, 0.36).find(({ name }) => name === 'AUC, multi-step')!.measured).toBeCloseTo(0.851, 10);
  });
});

describe('formatQuality', () => {
  it('says in words what holds', () => {
    expect(formatQuality(good, requirements(good, 0.5))).toContain('| difficulty of unseen items explained by frozen encodings | 0.5000 | 0.36 within 0.05 | NO |');
  });
});
