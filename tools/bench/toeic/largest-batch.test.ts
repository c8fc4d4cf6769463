import { describe, expect, it } from 'vitest';
import { batchThatFits } from './largest-batch.js';

const small = { tokens: 20, peakTrainingMemoryBytes: 3 };
const large = { tokens: 40, peakTrainingMemoryBytes: 5 };

describe('batchThatFits', () => {
  it('goes on along the line through two batches, whichever comes first', () => {
    expect(batchThatFits([small, large], 10, 20)).toBe(19);
    expect(batchThatFits([large, small], 10, 20)).toBe(19);
    expect(batchThatFits([small, large], 15, 20)).toBe(12);
  });

  it('refuses batches that say nothing, and a limit below one window', () => {
    expect(() => batchThatFits([small, { tokens: 40, peakTrainingMemoryBytes: 3 }], 10, 20)).toThrow(RangeError);
    expect(() => batchThatFits([small, { ...small, peakTrainingMemoryBytes: 9 }], 10, 20)).toThrow(RangeError);
    expect(() => batchThatFits([small, large], 10, 1)).toThrow(/not a window/);
  });
});
