import type { StepReport } from '@gramkit/spec';
import { describe, expect, it } from 'vitest';
import { StepStatistics } from './step-statistics.js';

const report: StepReport = { loss: 1, predictions: 5, encoderItemsForward: 3, encoderItemsBackward: 2, encoderTokensForward: 30, encoderTokensBackward: 20 };

describe('StepStatistics', () => {
  it('sums what steps cost and tells the median from the mean', () => {
    const statistics = new StepStatistics();
    statistics.addPreparation(10);
    for (const seconds of [5, 1, 1, 9]) statistics.addStep(report, seconds);
    statistics.addTraining(4);
    expect(statistics.totals).toEqual({ steps: 4, trainingSeconds: 30, encoderItemsForward: 12, encoderItemsBackward: 8, encoderTokensForward: 120, encoderTokensBackward: 80 });
    expect(statistics.secondsPerStep()).toEqual({ median: 3, mean: 4 });
    expect(statistics.preparationSeconds).toBe(10);
  });

  it('extrapolates an epoch from the steps after the first, until one is complete', () => {
    const statistics = new StepStatistics();
    statistics.addStep(report, 5);
    expect(statistics.secondsPerEpoch(10)).toEqual({ seconds: 50, basis: 'extrapolated' });
    statistics.addStep(report, 1);
    statistics.addStep(report, 3);
    expect(statistics.secondsPerEpoch(10)).toEqual({ seconds: 20, basis: 'extrapolated' });
    statistics.addTraining(7);
    statistics.completeEpoch();
    statistics.addStep(report, 100);
    expect(statistics.secondsPerEpoch(10)).toEqual({ seconds: 16, basis: 'measured' });
  });

  it('goes on from its state as if it had not stopped', () => {
    const [whole, first, second] = [new StepStatistics(), new StepStatistics(), new StepStatistics()];
    const part = (statistics: StepStatistics): void => {
      statistics.addPreparation(1);
      statistics.addStep(report, 2);
      statistics.completeEpoch();
      statistics.addStep(report, 0.25);
    };
    const rest = (statistics: StepStatistics): void => {
      statistics.addStep(report, 7);
      statistics.completeEpoch();
    };
    part(whole);
    rest(whole);
    part(first);
    second.restore(JSON.parse(JSON.stringify(first.state())));
    rest(second);
    expect(second.state()).toEqual(whole.state());
    expect(second.secondsPerEpoch(2)).toEqual(whole.secondsPerEpoch(2));
  });
});
