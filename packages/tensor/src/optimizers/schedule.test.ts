import { describe, expect, it } from 'vitest';
import { learningRateAt, planSchedule, scheduleOptions } from './schedule.js';

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

describe('learningRateAt, of schedules that end', () => {
  const steps = [1, 2, 3, 4, 5, 6, 7, 8, 9, 100];

  it('falls in a straight line to zero one step after the last', () => {
    const rates = steps.map((step) => learningRateAt(step, 0.8, { kind: 'linear-decay', warmUpSteps: 4, totalSteps: 7 }));
    [0.2, 0.4, 0.6, 0.8, 0.6, 0.4, 0.2, 0, 0, 0].forEach((expected, index) => expect(rates[index]).toBeCloseTo(expected, 12));
  });

  it('falls along half a cosine', () => {
    const rates = steps.map((step) => learningRateAt(step, 1, { kind: 'cosine', warmUpSteps: 2, totalSteps: 7 }));
    const root3 = Math.sqrt(3) / 2;
    [0.5, 1, (1 + root3) / 2, 0.75, 0.5, 0.25, (1 - root3) / 2, 0, 0, 0].forEach((expected, index) => expect(rates[index]).toBeCloseTo(expected, 12));
  });

  it('needs no warm-up, and may end with it', () => {
    expect([1, 2, 3].map((step) => learningRateAt(step, 1, { kind: 'linear-decay', warmUpSteps: 0, totalSteps: 3 }))).toEqual([0.75, 0.5, 0.25]);
    expect([1, 2, 3].map((step) => learningRateAt(step, 1, { kind: 'linear-decay', warmUpSteps: 2, totalSteps: 2 }))).toEqual([0.5, 1, 0]);
  });
});

describe('planSchedule', () => {
  it('takes the number that is given before the one it is told', () => {
    expect(planSchedule(scheduleOptions.parse({ kind: 'cosine' }), 50)).toEqual({ kind: 'cosine', warmUpSteps: 0, totalSteps: 50 });
    expect(planSchedule(scheduleOptions.parse({ kind: 'cosine', totalSteps: 40 }), 50)).toMatchObject({ totalSteps: 40 });
    expect(planSchedule({ kind: 'noam', warmUpSteps: 9 }, undefined)).toEqual({ kind: 'noam', warmUpSteps: 9 });
  });

  it('refuses an end that nobody knows and a warm-up beyond the end', () => {
    const refusal = (field: string) => expect.objectContaining({ code: 'CONFIGURATION_INVALID', details: expect.objectContaining({ field }) as object }) as Error;
    expect(() => planSchedule(scheduleOptions.parse({ kind: 'linear-decay' }), undefined)).toThrow(refusal('schedule.totalSteps'));
    expect(() => planSchedule(scheduleOptions.parse({ kind: 'linear-decay', warmUpSteps: 51 }), 50)).toThrow(refusal('schedule.warmUpSteps'));
  });
});

describe('scheduleOptions', () => {
  it('refuses unknown kinds, unknown keys and warm-ups of no steps', () => {
    expect(scheduleOptions.safeParse({ kind: 'noam', warmUpSteps: 10 }).success).toBe(true);
    expect(scheduleOptions.safeParse({ kind: 'polynomial' }).success).toBe(false);
    expect(scheduleOptions.safeParse({ kind: 'cosine', totalSteps: 0 }).success).toBe(false);
    expect(scheduleOptions.safeParse({ kind: 'constant', warmUpSteps: 3 }).success).toBe(false);
    expect(scheduleOptions.safeParse({ kind: 'noam', warmUpSteps: 0 }).success).toBe(false);
  });
});
