import { describe, expect, it } from 'vitest';
import { intervalSteps, parseInterval } from './interval.js';
import { multiStepOptions } from './options.js';

describe('interval', () => {
  it.each([
    [10, 10, 'steps'],
    ['10', 10, 'steps'],
    ['10s', 10, 'steps'],
    ['10S', 10, 'steps'],
    ['0.5e', 0.5, 'epochs'],
    ['.5E', 0.5, 'epochs'],
    ['1e', 1, 'epochs'],
    ['2e', 2, 'epochs'],
  ] as const)('reads %s', (text, value, unit) => {
    expect(multiStepOptions.parse({ interval: text }).interval).toBe(text);
    expect(parseInterval(text)).toEqual({ value, unit });
  });

  it.each(['e', '-1', '1x', '', '1e3', 0, -2, 1.5])('refuses %s in the configuration, and says what is expected', (text) => {
    expect(() => multiStepOptions.parse({ interval: text })).toThrow(/expected a number of steps such as 10, or epochs such as/);
  });

  it.each(['0', '0e', '1.5', '2.5s'])('refuses %s, which is no length', (text) => {
    expect(() => parseInterval(text)).toThrow(expect.objectContaining({ code: 'CONFIGURATION_INVALID', details: expect.objectContaining({ field: 'strategy.interval' }) }));
  });

  it('is at least one step long', () => {
    expect(intervalSteps(parseInterval('0.01e'), 37)).toBe(1);
    expect(intervalSteps(parseInterval('0.5e'), 37)).toBe(18.5);
  });
});
