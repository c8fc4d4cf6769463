import { describe, expect, it } from 'vitest';
import type { StepRecord } from '../run-gram.js';
import { epochOfSteps, epochOfWindows, interactionsOfEpoch, type MeasuredRun, rowsMetIn, sequenceModelStep, windowCost } from './epoch-cost.js';

const step = (seconds: number, forward: number, backward = 0, compileSeconds = 0): StepRecord =>
  ({ step: 1, seconds, compileSeconds, predictions: 96, encoderItemsForward: forward, encoderItemsBackward: backward, encoderTokensForward: 0, encoderTokensBackward: 0 });
const run = (steps: readonly StepRecord[], rest: Partial<MeasuredRun> = {}): MeasuredRun => ({ name: 'one', batchSize: 4, stepsPerEpoch: 10, warmUp: 0, steps, peakTrainingMemoryBytes: 1, ...rest });

describe('epochOfSteps', () => {
  it('is the time of an interaction, times those of an epoch', () => {
    const measured = run([step(9, 50, 50), step(2, 50, 50), step(2, 30, 30)], { warmUp: 1 });
    expect(interactionsOfEpoch(measured)).toBe(1000);
    expect(epochOfSteps(measured, 5000)).toMatchObject({ secondsPerEpoch: 100, encoderItems: 2000 });
  });
});

describe('windowCost', () => {
  // 8 and 4 rows are met, 2 passes over the 12; a step of the sequence model takes 0.5 s, encoding a row 0.25 and regressing it 0.75.
  const window = run([step(2.5, 8), step(0.5, 0), step(1.5, 4), step(0.5, 0), step(0.5 + 12 * 0.75, 24, 24)]);

  it('takes a window apart into steps of the sequence model and rows', () => {
    expect(windowCost(window, 2, 0.5)).toEqual({ sequenceModelSeconds: 0.5, rowSeconds: 1, rows: 12 });
  });

  it('leaves compiling out', () => {
    const compiled = run([...window.steps.slice(0, 4), { ...window.steps[4]!, seconds: window.steps[4]!.seconds + 7, compileSeconds: 7 }]);
    expect(windowCost(compiled, 2, 0.5)).toEqual(windowCost(window, 2, 0.5));
  });

  it('takes the step of the sequence model from training on frozen encodings', () => {
    expect(sequenceModelStep(run([step(9, 30), step(0.5, 0), step(0.7, 0)], { warmUp: 1 }))).toBeCloseTo(0.6, 12);
  });

  it('counts rows where they are met first', () => {
    expect([1, 2, 3, 5].map((steps) => rowsMetIn(window, steps))).toEqual([8, 8, 12, 12]);
  });
});

describe('epochOfWindows', () => {
  it('is the steps of an epoch and the rows of each of its windows', () => {
    const cost = { sequenceModelSeconds: 0.5, rowSeconds: 2, rows: 12 };
    expect(epochOfWindows(run([step(1, 1)]), 'multi-step:5', cost, 2, 9, 2)).toMatchObject({ secondsPerEpoch: 10 * 0.5 + 2 * 9 * 2, encoderItems: 2 * 9 * 3 });
  });
});
