import { describe, expect, it } from 'vitest';
import { batchThatFits } from './largest-batch.js';

describe('batchThatFits', () => {
  it('goes on along the line through two batches', () => {
    expect(batchThatFits({ batchSize: 2, peakTrainingMemoryBytes: 3 }, { batchSize: 4, peakTrainingMemoryBytes: 5 }, 20)).toBe(19);
  });

  it('refuses batches that say nothing', () => {
    expect(() => batchThatFits({ batchSize: 2, peakTrainingMemoryBytes: 3 }, { batchSize: 4, peakTrainingMemoryBytes: 3 }, 20)).toThrow(RangeError);
  });
});
