import { describe, expect, it } from 'vitest';
import { errorOf, impressionReaderOf, items, readerOf, storeOf, type Row, type Shown } from '../testing/fixtures.js';
import { hash32 } from './hash.js';
import { splitStore } from './split.js';

type TimeOf = (user: number, position: number) => number;

/** 30 users with 1 to 9 interactions each, a user's in the order of time. */
function timedRows(timeOf: TimeOf): Row[] {
  return Array.from({ length: 30 }, (_, user) => user).flatMap((user) =>
    Array.from({ length: 1 + (user % 9) }, (_, position) => timeOf(user, position)).sort((a, b) => a - b).map((time): Row => [`u${user}`, 'a', 1, { time }]));
}

/** The ends of every user, by sorting all times. */
function sortedEnds(rows: readonly Row[], test: number, validation: number): { readonly trainEnds: number[]; readonly validationEnds: number[] } {
  const times = rows.map(([, , , more]) => more!.time!).sort((a, b) => a - b);
  const from = (rank: number): number => times[rank] ?? Infinity;
  const testFrom = from(Math.floor((1 - test) * times.length));
  const validationFrom = Math.min(testFrom, from(Math.floor((1 - validation) * times.filter((time) => time < testFrom).length)));
  const users = [...new Set(rows.map(([user]) => user))];
  const endsBefore = (limit: number): number[] => users.map((user) => rows.filter(([other, , , more]) => other === user && more!.time! < limit).length);
  return { trainEnds: endsBefore(validationFrom), validationEnds: endsBefore(testFrom) };
}

describe('a split by time', () => {
  it.each<[string, TimeOf]>([
    ['times that are all unlike', (user, position) => 1.7e12 + hash32(user, position) / 7],
    ['times before and after 0', (user, position) => (hash32(1, user, position) - 2 ** 31) / 1000],
    ['few times, that many share', (user, position) => hash32(2, user, position) % 5],
    ['times of which one is far from the others', (user, position) => (user === 3 ? 1e300 : hash32(3, user, position) % 40)],
    ['times that differ in the last bit', (user, position) => 1 + (hash32(4, user, position) % 50) * Number.EPSILON],
  ])('cuts %s where sorting them cuts', async (_, timeOf) => {
    const rows = timedRows(timeOf);
    const store = await storeOf(readerOf(items('a'), rows));
    for (const [testFraction, validationFraction] of [[0.2, 0.1], [0.5, 0], [0, 0.3], [0.4, 0.4]] as const) {
      const { trainEnds, validationEnds, events, historyLengths, testSource, ofItem } = await splitStore(store, { seed: 1, by: 'time', testFraction, validationFraction });
      const expected = sortedEnds(rows, testFraction, validationFraction);
      expect([[...trainEnds], [...validationEnds]]).toEqual([expected.trainEnds, expected.validationEnds]);
      const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
      expect(events).toEqual({ train: sum(expected.trainEnds), validation: sum(expected.validationEnds) - sum(expected.trainEnds), test: sum([...historyLengths]) - sum(expected.validationEnds) });
      expect([testSource, ofItem]).toEqual(['order', undefined]);
    }
  });

  it('cuts impressions where the data set has those', async () => {
    const shown = [3, 1, 2].flatMap((first, user) => [0, 10, 20].map((time): Shown => ({ user: `u${user}`, history: [], candidates: ['a', 'b'], clicked: ['a'], time: first + time })));
    const store = await storeOf(impressionReaderOf(items('a', 'b'), shown));
    const split = await splitStore(store, { seed: 1, by: 'time', testFraction: 0.4, validationFraction: 0.2 });
    // In time order 1, 2, 3, 11, 12, 13, 21, 22, 23: the test begins at number 5, 13; validation, before it, at number 4, 12.
    expect([[...split.trainEnds], [...split.validationEnds]]).toEqual([[1, 2, 1], [1, 2, 2]]);
    expect(split.events).toEqual({ train: 4, validation: 1, test: 4 });
    const untimed = await storeOf(impressionReaderOf(items('a', 'b'), shown.map(({ user, history, candidates, clicked }) => ({ user, history, candidates, clicked }))));
    expect((await errorOf(splitStore(untimed, { seed: 1, by: 'time' }))).message).toMatch(/impressions have none/);
    expect([...(await splitStore(untimed, { seed: 1, by: 'leave-one-out', validationFraction: 0 })).trainEnds]).toEqual([2, 2, 2]);
  });

  it('does not depend on the seed', async () => {
    const store = await storeOf(readerOf(items('a'), timedRows((user, position) => hash32(user, position))));
    const one = await splitStore(store, { seed: 1, by: 'time' });
    expect((await splitStore(store, { seed: 2, by: 'time' })).fingerprint).toBe(one.fingerprint);
  });

  it('needs times, and more than one', async () => {
    const untimed = await storeOf(readerOf(items('a'), [['u', 'a', 1]]));
    const error = await errorOf(splitStore(untimed, { seed: 1, by: 'time' }));
    expect(error).toMatchObject({ code: 'DATA_MISMATCH', details: { field: 'by', fix: expect.stringContaining('columns.time') as string } });
    const alike = await storeOf(readerOf(items('a'), [['u', 'a', 1, { time: 5 }], ['v', 'a', 1, { time: 5 }]]));
    expect((await errorOf(splitStore(alike, { seed: 1, by: 'time' }))).code).toBe('DATA_EMPTY');
    expect((await errorOf(splitStore(alike, { seed: 1, by: 'time', testFraction: 'dataset' }))).code).toBe('CONFIGURATION_INVALID');
  });
});
