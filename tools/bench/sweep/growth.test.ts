import { describe, expect, it } from 'vitest';
import { formatSweeps, type SweepEntry, sweepResult } from './growth.js';

const entry = (round: number, seconds: readonly number[], memory: number | null = null): SweepEntry => ({
  sweep: 'one', round, load: { loadAverage: 0, busyCores: 0 }, points: seconds.map((secondsPerStep, index) => ({ size: 10 ** (index + 1), secondsPerStep, peakMemoryBytes: memory })),
});

describe('sweepResult', () => {
  const flat = { name: 'one', description: 'things', growth: 'none' } as const;

  it('takes medians over rounds and says whether time and memory stand still', () => {
    const { seconds, findings, rounds } = sweepResult(flat, [entry(1, [1, 1.05], 5), entry(2, [9, 1], 5), entry(3, [1, 9], 5), { ...entry(1, [7, 7]), sweep: 'other' }]);
    expect(rounds).toBe(3);
    expect(seconds).toEqual([{ size: 10, value: 1 }, { size: 100, value: 1.05 }]);
    expect(findings.map(({ holds }) => holds)).toEqual([true, true]);
    expect(findings[0]!.text).toContain('1.050 times');
  });

  it('finds growth at any size, also where the largest is no slower', () => {
    expect(sweepResult(flat, [entry(1, [1, 1.2, 1])]).findings).toEqual([{ text: 'time of a step: at most 1.200 times that of the smallest size; at most 1.1 wanted', holds: false }]);
  });

  it('fits what is to grow', () => {
    const [exponent, line] = sweepResult({ ...flat, growth: 'linear' }, [entry(1, [0.3, 2.1, 20.1])]).findings;
    expect(exponent!.text).toMatch(/^grows as size\^0\.9\d$/);
    expect(line!.text).toBe('seconds = 1.00e-1 + 2.00e-2 size (explains 1.0000, off by 0% at most)');
  });

  it('says nothing of what has not been measured', () => {
    expect(formatSweeps([sweepResult(flat, [])])).toBe('');
  });
});

describe('formatSweeps', () => {
  it('shows sizes, times, memory and what holds', () => {
    const text = formatSweeps([sweepResult({ name: 'one', description: 'things', growth: 'none' }, [entry(1, [1, 2], 2 ** 30)])]);
    expect(text.split('\n')).toEqual([
      '### one', 'Size: things. Medians over 1 round.', '', '| size | 10 | 100 |', '| --- | --- | --- |', '| s/step | 1.000 | 2.000 |', '| peak GiB | 1.000 | 1.000 |', '',
      '- time of a step: at most 2.000 times that of the smallest size; at most 1.1 wanted: NO', '- peak memory: at most 1.000 times that of the smallest size; at most 1.1 wanted: yes',
    ]);
  });
});
