import { describe, expect, it } from 'vitest';
import { multiStepOptions } from './options.js';
import { createSchedule } from './schedule.js';

/** Lengths of all windows of a run, epoch by epoch; a window that stays open over the end of an epoch counts where it ends. */
function windowLengths(options: object, stepsPerEpoch: number, epochs: number): number[][] {
  const schedule = createSchedule(multiStepOptions.parse(options), stepsPerEpoch, epochs);
  let length = 0;
  return Array.from({ length: epochs }, (_, epoch) => {
    const lengths: number[] = [];
    if (schedule.phase(epoch) !== 'windows') return lengths;
    for (let step = 0; step < stepsPerEpoch; step++) {
      length++;
      if (!schedule.endsWindow(epoch, step)) continue;
      lengths.push(length);
      length = 0;
    }
    if (schedule.endsWithEpoch(epoch)) expect(length).toBe(0);
    return lengths;
  });
}

const plain = { warmUpEpochs: 0, settlingEpochs: 0 };

describe('schedule', () => {
  it.each([
    // interval, steps per epoch, epochs, windows
    [1, 3, 2, [[1, 1, 1], [1, 1, 1]]],
    [2, 4, 1, [[2, 2]]],
    [2, 5, 2, [[2, 2, 1], [2, 2, 1]]],
    [10, 19, 1, [[10, 9]]],
    [10, 14, 1, [[14]]],
    [10, 37, 2, [[10, 10, 10, 7], [10, 10, 10, 7]]],
    [10, 34, 1, [[10, 10, 14]]],
    [10, 10, 2, [[10], [10]]],
    [37, 37, 1, [[37]]],
    [30, 37, 2, [[37], [37]]],
    ['1e', 37, 3, [[37], [37], [37]]],
    ['0.5e', 37, 2, [[19, 18], [19, 18]]],
    ['0.25e', 37, 1, [[9, 10, 9, 9]]],
    ['0.3e', 10, 1, [[3, 3, 4]]],
    ['0.1e', 3, 1, [[1, 1, 1]]],
    [100, 37, 10, [[], [], [100], [], [], [100], [], [], [100], [70]]],
    [50, 37, 3, [[], [50], [61]]],
    ['2e', 5, 4, [[], [10], [], [10]]],
    ['2e', 5, 5, [[], [10], [], [10], [5]]],
    ['1.5e', 4, 3, [[], [6], [6]]],
  ] as const)('interval %s, %i steps an epoch, %i epochs', (interval, stepsPerEpoch, epochs, expected) => {
    expect(windowLengths({ ...plain, interval }, stepsPerEpoch, epochs)).toEqual(expected);
  });

  it.each([
    // epochs, warm-up, settling
    [1, 0, 0],
    [3, 0, 0],
    [4, 1, 1],
    [7, 1, 1],
    [8, 2, 1],
    [40, 2, 1],
  ])('of %i epochs, %i warm up and %i settle where left to itself', (epochs, warmUpEpochs, settlingEpochs) => {
    const schedule = createSchedule(multiStepOptions.parse({}), 10, epochs);
    expect(schedule).toMatchObject({ warmUpEpochs, settlingEpochs });
    const phases = Array.from({ length: epochs }, (_, epoch) => schedule.phase(epoch));
    expect(phases).toEqual([
      ...Array(warmUpEpochs).fill('warm-up'),
      ...Array(epochs - warmUpEpochs - settlingEpochs).fill('windows'),
      ...Array(settlingEpochs).fill('settling'),
    ]);
  });

  it('lays windows out over the epochs that warm-up and settling leave', () => {
    expect(windowLengths({ interval: 4, warmUpEpochs: 1, settlingEpochs: 1 }, 6, 4)).toEqual([[], [4, 2], [4, 2], []]);
    expect(windowLengths({ interval: '2e', warmUpEpochs: 1, settlingEpochs: 1 }, 6, 5)).toEqual([[], [], [12], [6], []]);
  });

  it.each([
    [{ warmUpEpochs: 2, settlingEpochs: 1 }, 10, 3, 4],
    [{ interval: '2e', ...plain }, 10, 1, 2],
    [{ interval: 25, warmUpEpochs: 1, settlingEpochs: 0 }, 10, 3, 4],
  ])('refuses %j with %i steps in each of %i epochs: %i are needed', (options, stepsPerEpoch, epochs, needed) => {
    expect(() => createSchedule(multiStepOptions.parse(options), stepsPerEpoch, epochs)).toThrow(
      expect.objectContaining({ code: 'CONFIGURATION_INVALID', details: expect.objectContaining({ fix: expect.stringContaining(`at least ${needed} epochs`) }) }),
    );
    expect(() => createSchedule(multiStepOptions.parse(options), stepsPerEpoch, needed)).not.toThrow();
  });
});
