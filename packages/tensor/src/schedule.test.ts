import { describe, expect, it } from 'vitest';
import { learningRateAt, scheduleOptions } from './schedule.js';

describe('learningRateAt', () => {
  it('stays the same when constant', () => {
    expect([1, 10, 1e6].map((step) => learningRateAt(step, 0.5, { kind: 'constant' }))).toEqual([0.5, 0.5, 0.5]);
  });

  it('rises in a straight line to the rate and stays there', () => {
    const rates = [1, 2, 3, 4, 5, 100].map((step) => learningRateAt(step, 0.8, { kind: 'linear-warm-up', warmUpSteps: 4 }));
    [0.2, 0.4, 0.6, 0.8, 0.8, 0.8].forEach((expected, index) => expect(rates[index]).toBeCloseTo(expected, 12));
  });

  it('peaks at the end of the warm-up of Noam and halves after four times as many steps', () => {
    const rates = [1, 5, 10, 40, 90].map((step) => learningRateAt(step, 1e-4, { kind: 'noam', warmUpSteps: 10 }));
    [1e-5, 5e-5, 1e-4, 5e-5, 1e-4 / 3].forEach((expected, index) => expect(rates[index]).toBeCloseTo(expected, 15));
  });

  it("is Vaswani et al.'s equation times a factor", () => {
    const paper = (step: number): number => 512 ** -0.5 * Math.min(step ** -0.5, step * 4000 ** -1.5);
    const peak = paper(4000);
    for (const step of [1, 399, 4000, 4001, 123_456]) {
      expect(learningRateAt(step, peak, { kind: 'noam', warmUpSteps: 4000 })).toBeCloseTo(paper(step), 12);
    }
  });
});

describe('scheduleOptions', () => {
  it('refuses unknown kinds, unknown keys and warm-ups of no steps', () => {
    expect(scheduleOptions.safeParse({ kind: 'noam', warmUpSteps: 10 }).success).toBe(true);
    expect(scheduleOptions.safeParse({ kind: 'cosine' }).success).toBe(false);
    expect(scheduleOptions.safeParse({ kind: 'constant', warmUpSteps: 3 }).success).toBe(false);
    expect(scheduleOptions.safeParse({ kind: 'noam', warmUpSteps: 0 }).success).toBe(false);
  });
});
