import { expect, it } from 'vitest';
import { resolveRowRate } from './row-rate.js';

it('undoes the mean of the loss in knowledge tracing and is 1 in recommendation, unless told', () => {
  expect(resolveRowRate('auto', 'knowledge-tracing')).toBe('predictions');
  expect(resolveRowRate('auto', 'recommendation')).toBe(1);
  expect(resolveRowRate('predictions', 'recommendation')).toBe('predictions');
  expect(resolveRowRate(7.5, 'knowledge-tracing')).toBe(7.5);
});
