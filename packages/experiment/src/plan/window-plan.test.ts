import { multiStepOptions } from '@gramkit/strategy-multi-step';
import { expect, it } from 'vitest';
import { epochsWithTwoWindows, multiStepOptionsOf, planWindows } from './window-plan.js';

const options = (given: object) => multiStepOptions.parse(given);

it('counts the windows of a run by their length, and the tables it trains on', () => {
  // 8 epochs: 2 warm up, 1 settles.
  expect(planWindows(options({ interval: '1e' }), 20, 8)).toEqual({ windows: [{ steps: 20, count: 5 }], tables: 2 });
  expect(planWindows(options({ interval: 6 }), 20, 8).windows).toEqual([{ steps: 6, count: 10 }, { steps: 8, count: 5 }]);
  expect(planWindows(options({ interval: '2e', warmUpEpochs: 0, settlingEpochs: 0 }), 20, 6)).toEqual({ windows: [{ steps: 40, count: 3 }], tables: 0 });
});

it('finds the fewest epochs that hold two windows', () => {
  expect(epochsWithTwoWindows(options({ interval: '1e' }), 4)).toBe(4);
  expect(epochsWithTwoWindows(options({ interval: '1e', warmUpEpochs: 3, settlingEpochs: 2 }), 4)).toBe(7);
  expect(epochsWithTwoWindows(options({ interval: 10 }), 4)).toBe(7);
  expect(epochsWithTwoWindows(options({ interval: '2e' }), 4)).toBe(6);
});

it('takes other strategies for such without windows', () => {
  expect(multiStepOptionsOf('single-step', {})).toBeUndefined();
  expect(multiStepOptionsOf('multi-step', { interval: 3 })!.interval).toBe(3);
});
