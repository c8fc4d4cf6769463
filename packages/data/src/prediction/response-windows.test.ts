import { describe, expect, it } from 'vitest';
import { responseWindows } from './response-windows.js';
import type { ResponseRows } from './responses-input.js';

/** Rows of one user; the row's number is its item and its record, less one. */
function rowsOf(...responses: number[]): ResponseRows {
  return { users: responses.map(() => 'u'), items: responses.map((_, row) => String(row)), responses: Int8Array.from(responses), records: responses.map((_, row) => row + 1) };
}

async function cut(stretches: readonly ResponseRows[], windowLength: number) {
  const without: number[] = [];
  const windows: { items: number[]; responses: number[]; targets: number[] }[] = [];
  async function* given() {
    yield* stretches;
  }
  for await (const { packed, targets } of responseWindows(given(), windowLength, Number, async (record) => void without.push(record))) {
    windows.push({ items: [...packed].map((one) => one >>> 1), responses: [...packed].map((one) => one & 1), targets: [...targets] });
  }
  return { without, windows };
}

const predicted = (windows: readonly { targets: number[] }[]) => windows.flatMap(({ targets }) => targets.filter((target) => !Number.isNaN(target)));

describe('responseWindows', () => {
  it('predicts each row but the first in one window, with half a window of history at least, and all there is room for', async () => {
    const { without, windows } = await cut([rowsOf(...Array.from({ length: 11 }, (_, row) => row % 2))], 4);
    expect(without).toEqual([1]);
    expect(predicted(windows)).toEqual([2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
    expect(windows.map(({ items }) => items)).toEqual([[0, 1, 2, 3], [2, 3, 4, 5], [4, 5, 6, 7], [6, 7, 8, 9], [7, 8, 9, 10]]);
    expect(windows[0]!.targets[0]).toBeNaN();
    expect(windows[4]).toMatchObject({ responses: [1, 0, 1, 0], targets: [Number.NaN, Number.NaN, Number.NaN, 11] });
  });

  it('gives a row without a response a window of its own, and leaves it out of every history', async () => {
    const { without, windows } = await cut([rowsOf(-1, 1, 0, -1, -1, 1, 0)], 3);
    expect(without).toEqual([1, 2]);
    expect(windows).toEqual([
      { items: [1, 2, 3], responses: [1, 0, 0], targets: [Number.NaN, Number.NaN, 4] },
      { items: [1, 2, 4], responses: [1, 0, 0], targets: [Number.NaN, Number.NaN, 5] },
      { items: [1, 2, 5], responses: [1, 0, 1], targets: [Number.NaN, 3, 6] },
      { items: [2, 5, 6], responses: [0, 1, 0], targets: [Number.NaN, Number.NaN, 7] },
    ]);
  });

  it('keeps users apart, and a user together over stretches', async () => {
    const stretch = (users: string[], first: number): ResponseRows => ({ users, items: users.map(() => '3'), responses: Int8Array.from(users, () => 1), records: users.map((_, row) => first + row) });
    const { without, windows } = await cut([stretch(['a', 'b'], 1), stretch(['b', 'b', 'c'], 3)], 10);
    expect(without).toEqual([1, 2, 5]);
    expect(windows).toEqual([{ items: [3, 3, 3], responses: [1, 1, 1], targets: [Number.NaN, 3, 4] }]);
  });
});
