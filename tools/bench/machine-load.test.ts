import { describe, expect, it } from 'vitest';
import { loadWarning, machineLoad } from './machine-load.js';

describe('machineLoad', () => {
  it('counts no more busy cores than there are', async () => {
    const { loadAverage, busyCores } = await machineLoad();
    expect(loadAverage).toBeGreaterThanOrEqual(0);
    expect(busyCores).toBeGreaterThanOrEqual(0);
    expect(busyCores).toBeLessThanOrEqual((await import('node:os')).cpus().length);
  });
});

describe('loadWarning', () => {
  it('heeds the load average of the first measurement alone, and busy cores of every one', () => {
    expect(loadWarning({ loadAverage: 2, busyCores: 0 }, true)).toContain('2.00');
    expect(loadWarning({ loadAverage: 2, busyCores: 0 }, false)).toBeUndefined();
    expect(loadWarning({ loadAverage: 0, busyCores: 0.9 }, false)).toContain('0.9 cores');
    expect(loadWarning({ loadAverage: 1.5, busyCores: 0.5 }, true)).toBeUndefined();
  });
});
