import { GramkitError, type Optimizer } from '@gramkit/spec';
import { expect, it, vi } from 'vitest';
import { planSchedule, scheduleOptions } from '../optimizers/schedule.js';
import { planUpdates } from './plan-updates.js';

const optimizer = (plan?: Optimizer['plan']): Optimizer => ({
  specificationVersion: 1, kind: 'optimizer', name: 'fake', stepCount: 0,
  ...(plan === undefined ? {} : { plan }),
  apply: () => {}, state: () => ({ tensors: {}, values: {} }), restore: () => {}, dispose: () => {},
});
const thrownBy = (place: 'encoder' | 'model', plan: NonNullable<Optimizer['plan']>): unknown => {
  try {
    planUpdates(place, optimizer(plan), undefined);
  } catch (error) {
    return error;
  }
  return undefined;
};

it('tells an optimizer how many updates there are, and asks nothing of one without a plan', () => {
  const plan = vi.fn();
  planUpdates('model', optimizer(plan), 12);
  expect(plan).toHaveBeenCalledExactlyOnceWith(12);
  expect(() => planUpdates('model', optimizer(), 12)).not.toThrow();
});

it.each(['encoder', 'model'] as const)('says that it is the optimizer of the %s whose schedule has no end', (place) => {
  const error = thrownBy(place, (updates) => void planSchedule(scheduleOptions.parse({ kind: 'cosine' }), updates));
  expect(error).toMatchObject({ code: 'CONFIGURATION_INVALID', details: { field: `optimizers.${place}.schedule.totalSteps`, fix: expect.stringContaining('Give the number') as string } });
});

it('names the optimizer where its error names no field, and leaves other errors as they are', () => {
  const without = () => {
    throw new GramkitError('CONFIGURATION_INVALID', 'no');
  };
  expect(thrownBy('model', without)).toMatchObject({ details: { field: 'optimizers.model' } });
  const defect = new TypeError('a defect');
  expect(thrownBy('model', () => {
    throw defect;
  })).toBe(defect);
});
