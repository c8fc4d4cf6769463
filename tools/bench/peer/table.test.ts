import { describe, expect, it } from 'vitest';
import type { Entry, Measurement, Side } from './measurement.js';
import { formatTable } from './table.js';

const base: Measurement = {
  secondsPerStep: 1, measuredSteps: 105, stepsPerEpoch: 105, peakMemoryBytes: 2 ** 30, interactionsPerStep: 1700, compileSeconds: null, replacedSteps: 0, shortenedSteps: 0,
  encoder: null, encoderItemsPerStep: 76, operationsPerStep: null,
};
const entry = (side: Side, round: number, changes: Partial<Measurement>): Entry =>
  ({ case: 'dkt single-step', precision: 'float32', round, side, load: { loadAverage: 0, busyCores: 0 }, measurement: { ...base, ...changes } });
const rowsOf = (entries: readonly Entry[]): readonly (readonly string[])[] =>
  formatTable(entries).split('\n').filter((line) => line.startsWith('| dkt')).map((line) => line.split('|').slice(1, -1).map((cell) => cell.trim()));

describe('formatTable', () => {
  const encoder = { itemsForward: 62, itemsBackward: 62, tokensForward: 500, tokensBackward: 500 };
  const ours = [0.3, 0.1, 0.2].map((secondsPerStep, index) => entry('gramkit', index + 1, { secondsPerStep, compileSeconds: 40, encoder, encoderItemsPerStep: 62 }));

  it('gives medians, quartiles and ratios of Gramkit over PyTorch', () => {
    const [time, work] = rowsOf([
      ...ours, entry('peer', 1, { secondsPerStep: 0.4, peakMemoryBytes: 1.25 * 2 ** 30 }), entry('peer-like-lengths', 1, { secondsPerStep: 0.25 }),
      entry('products', 1, { secondsPerStep: 0.1, operationsPerStep: 12e9 }),
    ]);
    expect(time).toEqual(['dkt single-step', 'float32', '3', '0.200 (0.150 to 0.250)', '0.400 (0.400 to 0.400)', '0.50', '0.250 (0.250 to 0.250)', '0.80', '21.0', '42.0', '26.3', '40.0']);
    expect(work).toEqual(['dkt single-step', 'float32', '1.00', '1.25', '0.80', '62.0', '76.0', '500', '1700', '1700', '12.0', '0.100', '0.50']);
  });

  it('says where steps stand with less than they took', () => {
    expect(rowsOf([entry('gramkit', 1, { shortenedSteps: 1 }), entry('gramkit', 2, {})])[0]![3]).toBe('at least 1.000 (1.000 to 1.000)');
  });

  it('compares parts of an epoch by the interaction, and leaves dashes where nothing was measured', () => {
    const part = { measuredSteps: 16 };
    const [time, work] = rowsOf([entry('gramkit', 1, { ...part, secondsPerStep: 2, interactionsPerStep: 1000 }), entry('peer', 1, { ...part, secondsPerStep: 4, interactionsPerStep: 2000 })]);
    expect(time!.slice(5)).toEqual(['1.00', '–', '–', '–', '–', '–', '–']);
    expect(work!.slice(-3)).toEqual(['–', '–', '–']);
  });
});
