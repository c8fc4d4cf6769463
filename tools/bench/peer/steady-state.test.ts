import { describe, expect, it } from 'vitest';
import type { StepRecord } from '../run-gram.js';
import { steadyState } from './steady-state.js';

const step = (seconds: number, compileSeconds: number, predictions: number, encoderItemsBackward = 0): StepRecord => ({
  step: 1, seconds, compileSeconds, predictions, encoderItemsForward: 0, encoderItemsBackward, encoderTokensForward: 0, encoderTokensBackward: 0,
});

describe('steadyState', () => {
  it('puts the step nearest in work in the place of one that compiled', () => {
    expect(steadyState([step(1, 0, 100), step(9, 5, 900), step(3, 0, 1000)])).toEqual({ secondsPerStep: (1 + 3 + 3) / 3, replaced: 1, shortened: 0 });
  });

  it('keeps the ends of windows apart, and takes compiling off one that has no like', () => {
    expect(steadyState([step(1, 0, 100), step(10, 6, 100, 50), step(2, 1, 100)])).toEqual({ secondsPerStep: (1 + 4 + 1) / 3, replaced: 2, shortened: 1 });
    expect(steadyState([step(10, 6, 100, 50), step(5, 0, 100, 50), step(1, 0, 100)]).secondsPerStep).toBe((5 + 5 + 1) / 3);
  });

  it('lets steps of the warm-up stand for others, and counts them not', () => {
    expect(steadyState([step(10, 6, 100)], [step(3, 0, 50), step(5, 0, 90), step(10, 6, 100)])).toEqual({ secondsPerStep: 5, replaced: 1, shortened: 0 });
  });

  it('leaves alone what did not compile', () => {
    expect(steadyState([step(1, 0, 5), step(2, 0, 6)])).toEqual({ secondsPerStep: 1.5, replaced: 0, shortened: 0 });
  });
});
