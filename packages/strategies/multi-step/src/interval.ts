import { GramkitError } from '@gramkit/spec';

/** Steps (`10`, `"10"`, `"10s"`) or epochs (`"0.5e"`, `"1e"`). */
export const intervalPattern = /^\s*(\d+(?:\.\d+)?|\.\d+)\s*([se]?)\s*$/i;

export interface Interval {
  readonly value: number;
  readonly unit: 'steps' | 'epochs';
}

/** @throws GramkitError CONFIGURATION_INVALID where it is no interval, or one of no length. */
export function parseInterval(interval: number | string): Interval {
  const [, number, unit] = intervalPattern.exec(String(interval)) ?? [];
  const value = Number(number);
  const parsed: Interval = { value, unit: unit?.toLowerCase() === 'e' ? 'epochs' : 'steps' };
  if (number === undefined || value <= 0 || (parsed.unit === 'steps' && !Number.isInteger(value))) {
    throw new GramkitError('CONFIGURATION_INVALID', `'${interval}' is no interval`, {
      field: 'strategy.interval',
      fix: 'Give a number of steps (10), or a part or number of epochs ("0.5e", "1e").',
    });
  }
  return parsed;
}

/** Length of a window in steps, not rounded, at least one. */
export function intervalSteps({ value, unit }: Interval, stepsPerEpoch: number): number {
  return unit === 'steps' ? value : Math.max(1, value * stepsPerEpoch);
}
