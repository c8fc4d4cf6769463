import { describe, expect, it } from 'vitest';
import { HistoryCursor } from './history-cursor.js';

describe('HistoryCursor', () => {
  it('finds the user of every position, past users without interactions', () => {
    const cursor = new HistoryCursor(Uint32Array.of(2, 0, 1, 0, 0, 3));
    expect([0, 1, 2, 3, 4, 5].map((position) => cursor.userAt(position))).toEqual([0, 0, 2, 5, 5, 5]);
  });

  it('may skip positions and be asked twice', () => {
    const cursor = new HistoryCursor(Uint32Array.of(2, 2, 2));
    expect([1, 1, 5, 5].map((position) => cursor.userAt(position))).toEqual([0, 0, 2, 2]);
  });
});
