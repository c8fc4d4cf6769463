import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { TrainingClock } from './training-clock.js';

it('takes evaluation out of the time of the step that asked for it', async () => {
  const clock = new TrainingClock();
  const { result, seconds } = await clock.measure(async () => {
    await sleep(30);
    return clock.exclude(() => sleep(150, 'evaluated'));
  });
  expect(result).toBe('evaluated');
  expect(seconds).toBeGreaterThan(0.02);
  expect(seconds).toBeLessThan(0.13);
});
