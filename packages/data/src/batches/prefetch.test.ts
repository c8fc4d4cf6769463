import { describe, expect, it } from 'vitest';
import { collect } from '../testing/fixtures.js';
import { prefetch } from './prefetch.js';

const later = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

describe('prefetch', () => {
  it('keeps the order, whatever finishes first', async () => {
    const values = await collect(prefetch(6, 3, async (index) => {
      await later(index % 2 === 0 ? 10 : 0);
      return index;
    }));
    expect(values).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it('stays ahead of the reader, by no more than it was told', async () => {
    let started = 0;
    const values = prefetch(20, 4, async (index) => {
      started++;
      return index;
    });
    await values.next();
    expect(started).toBe(5);
    await values.next();
    expect(started).toBe(6);
  });

  it('starts nothing more once the reader has left, and waits for what is under way', async () => {
    let started = 0;
    let ended = 0;
    for await (const value of prefetch(100, 4, async (index) => {
      started++;
      await later(5);
      ended++;
      return index;
    })) {
      if (value === 1) break;
    }
    expect(started).toBe(6);
    expect(ended).toBe(started);
  });

  it('gives an error to the reader in its turn', async () => {
    const values = prefetch(5, 4, (index) => (index === 2 ? Promise.reject(new Error('third')) : Promise.resolve(index)));
    expect((await values.next()).value).toBe(0);
    await later(5);
    expect((await values.next()).value).toBe(1);
    await expect(values.next()).rejects.toThrow('third');
  });
});
