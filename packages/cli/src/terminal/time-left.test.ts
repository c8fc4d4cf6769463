import { expect, it } from 'vitest';
import { TimeLeft } from './time-left.js';

it('extrapolates from the units it has seen, not from those done before', () => {
  let clock = 1_000;
  const left = new TimeLeft(50, () => clock);
  expect(left.milliseconds(50, 100)).toBeUndefined();
  clock += 2_000;
  expect(left.milliseconds(60, 100)).toBe(8_000);
  expect(left.milliseconds(100, 100)).toBe(0);
});

it('knows nothing of a part without a total', () => {
  expect(new TimeLeft(0).milliseconds(5, 0)).toBeUndefined();
});
