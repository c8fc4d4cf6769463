import { describe, expect, it } from 'vitest';
import { formatTable } from './table.js';

const side = (seconds: readonly number[], gibibytes: number) =>
  seconds.map((secondsPerStep) => ({ secondsPerStep, peakMemoryBytes: gibibytes * 2 ** 30, encoderItemsPerStep: 76 }));

describe('formatTable', () => {
  it('gives medians, quartiles and ratios of Gramkit over PyTorch', () => {
    const table = formatTable([{ name: 'single-step', steps: 12, gramkit: side([3, 1, 2], 3), peer: side([1, 1, 1], 2) }]);
    expect(table.split('\n').at(-1)).toBe('| single-step | 12 | 2.000 (1.500 to 2.500) | 1.000 (1.000 to 1.000) | 2.00 | 3.00 | 2.00 | 1.50 | 76 / 76 |');
  });
});
