import { expect, it } from 'vitest';
import { parseLimits } from './parse-limit.js';

it('reads durations and steps by strategy', () => {
  expect(parseLimits(['end-to-end=30s', 'multi-step:1e=1.5m', 'end-to-end=20steps', './own.js=1h'])).toEqual({
    'end-to-end': { seconds: 30, steps: 20 },
    'multi-step:1e': { seconds: 90 },
    './own.js': { seconds: 3_600 },
  });
});

it.each(['end-to-end', 'end-to-end=', 'end-to-end=0s', 'end-to-end=30', '=30s', 'a=2.5steps', 'a=1d'])('refuses %s', (text) => {
  expect(() => parseLimits([text])).toThrow(/is no limit/);
});
