import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { formatError, type DatasetReader } from '@gramkit/spec';
import { describe, expect, it } from 'vitest';
import { errorOf, impressionReaderOf, impressionsOfStore, items, storeOf, temporaryFolder, type Shown } from '../testing/fixtures.js';
import { importDataset } from './import-dataset.js';

const catalogue = items('a', 'b', 'c', 'd', 'e');
const shown = (user: string, history: string, candidates: string, clicked: string, more: Partial<Shown> = {}): Shown => ({ user, history: [...history], candidates: [...candidates], clicked: [...clicked], ...more });

const grouped: Shown[] = [
  shown('u', 'ab', 'cde', 'd'),
  shown('u', 'ab', 'ce', 'e'),
  shown('u', 'abe', 'dc', 'd'),
  shown('v', 'abe', 'dca', 'a'),
  shown('w', '', 'ab', 'ab'),
];
const numbers = [0, 0, 1, 2, 3];
const asStored = (impressions: readonly Shown[], historyNumbers: readonly number[]) => impressions.map(({ user, history, candidates, clicked }, row) => ({ user, history, candidates, clicked, historyNumber: historyNumbers[row]! }));

describe('importDataset of impressions', () => {
  it.each([1, 2, 100])('keeps them in their order, and a history that repeats once, in chunks of %i', async (chunkSize) => {
    const store = await storeOf(impressionReaderOf(catalogue, grouped, chunkSize));
    expect(await impressionsOfStore(store)).toEqual(asStored(grouped, numbers));
    const { historyLengths, heldOut, heldOutEvents } = await store.users();
    expect([[...historyLengths], heldOut, heldOutEvents]).toEqual([[3, 1, 1], undefined, undefined]);
    expect(store.summary).toMatchObject({ task: 'recommendation', users: 3, items: 5, impressions: 5, candidates: 12, interactions: 6 });
    const [[stored]] = (await store.connection.runAndReadAll('SELECT count(*) FROM history_items')).getRowsJson() as [[string]];
    expect(Number(stored)).toBe(2 + 3 + 3);
    expect(store.summary.fingerprint).toBe((await storeOf(impressionReaderOf(catalogue, grouped, 3))).summary.fingerprint);
  });

  it('puts scattered impressions of a user together, the same as if they had been', async () => {
    const [u1, u2, u3, v, w] = grouped as [Shown, Shown, Shown, Shown, Shown];
    const store = await storeOf(impressionReaderOf(catalogue, [u1, v, u2, w, u3], 2));
    expect(await impressionsOfStore(store)).toEqual(asStored(grouped, numbers));
    expect(store.summary.fingerprint).toBe((await storeOf(impressionReaderOf(catalogue, grouped))).summary.fingerprint);
  });

  it('orders them by time, also where those of one user stand together', async () => {
    const timed = grouped.map((impression, row) => ({ ...impression, time: 10 * row, heldOut: row === 2 || row === 3 ? 1 : 0 }));
    const [u1, u2, u3, v, w] = timed as [Shown, Shown, Shown, Shown, Shown];
    const expected = await storeOf(impressionReaderOf(catalogue, timed));
    expect([...(await expected.users()).heldOutEvents!]).toEqual([1, 1, 0]);
    for (const order of [[u2, u1, u3, v, w], [u3, v, u1, u2, w], [u3, v, u2, w, u1]]) {
      const store = await storeOf(impressionReaderOf(catalogue, order, 2));
      expect(await impressionsOfStore(store)).toEqual(asStored(grouped, numbers));
      expect([...(await store.users()).heldOutEvents!]).toEqual([1, 1, 0]);
      expect(store.summary.fingerprint).toBe(expected.summary.fingerprint);
    }
  });

  it('sorts more than its memory holds, to the last candidate', async () => {
    const many: Shown[] = Array.from({ length: 6000 }, (_, row) => {
      const user = (row * 797) % 301;
      const at = (place: number) => 'abcde'[(user + row + place) % 5]!;
      return { user: `user ${user}`, history: Array.from({ length: user % 7 }, (_, place) => 'abcde'[(user + place) % 5]!), candidates: Array.from({ length: 2 + (row % 3) }, (_, place) => at(place)), clicked: [at(0)], time: row };
    });
    const users = [...new Set(many.map(({ user }) => user))];
    const expected = users.flatMap((user) => many.filter((impression) => impression.user === user));
    const store = await storeOf(impressionReaderOf(catalogue, many, 500), { memoryLimit: '24MB' });
    expect(await impressionsOfStore(store)).toEqual(asStored(expected, expected.map(({ user }) => users.indexOf(user))));
  });

  it('keeps a fingerprint of histories, candidates, clicks and what is held out', async () => {
    const fingerprintOf = async (impressions: readonly Shown[]) => (await storeOf(impressionReaderOf(catalogue, impressions))).summary.fingerprint;
    const whole = await fingerprintOf(grouped);
    const held = (last: number) => grouped.map((impression, row) => ({ ...impression, heldOut: row === 2 ? last : 0 }));
    const others = [
      grouped.with(0, shown('u', 'ba', 'cde', 'd')), grouped.with(0, shown('u', 'ab', 'ced', 'd')), grouped.with(0, shown('u', 'ab', 'cde', 'c')), grouped.with(4, shown('x', '', 'ab', 'ab')), held(0), held(1),
    ];
    const fingerprints = await Promise.all(others.map(fingerprintOf));
    expect(new Set([whole, ...fingerprints]).size).toBe(others.length + 1);
  });

  it('tells how far it is, and what the reader left out', async () => {
    const told: string[] = [];
    const reader: DatasetReader = { ...impressionReaderOf(catalogue, grouped, 4), leftOut: () => ({ 'candidates without text': 7, 'clicks without text': 0 }) };
    const store = await storeOf(reader, { onProgress: ({ part, done }) => told.push(`${part} ${done}`) });
    expect(told).toEqual(['items 4', 'items 5', 'impressions 4', 'impressions 5', 'fingerprint 5']);
    expect(store.summary.leftOut).toEqual({ 'candidates without text': 7 });
  });

  const changed = (row: number, change: Partial<Shown>): DatasetReader => impressionReaderOf(catalogue, grouped.with(row, { ...grouped[row]!, ...change }), 100);
  it.each<[string, DatasetReader, string, RegExp]>([
    ['an unknown candidate', changed(1, { candidates: ['c', 'z'] }), 'DATA_MALFORMED', /impression 2 of user 'u': item 'z' is not in the catalogue.*'candidates'/s],
    ['an unknown item in a history', changed(3, { history: ['z'] }), 'DATA_MALFORMED', /impression 4 of user 'v': item 'z'.*'history'/s],
    ['an impression that shows nothing', changed(1, { candidates: [] }), 'DATA_MALFORMED', /impression 2 of user 'u': it shows no items/],
    ['an empty user', changed(0, { user: '' }), 'DATA_MALFORMED', /user is empty/],
    ['probabilities of another length', impressionReaderOf(catalogue, grouped.map((impression) => ({ ...impression, probabilities: [0.5] })), 100), 'DATA_MALFORMED', /'probabilities' has 1 entries for 3 candidates/],
    ['a held-out impression before one that is not', impressionReaderOf(catalogue, grouped.map((impression, row) => ({ ...impression, heldOut: row === 0 ? 1 : 0 }))), 'DATA_MALFORMED', /impression 2 of user 'u': it comes after one that is held out/],
    ['the same by time, put together', impressionReaderOf(catalogue, [grouped[1]!, grouped[3]!, grouped[0]!].map((impression, row) => ({ ...impression, time: 10 - row, heldOut: row === 2 ? 1 : 0 }))), 'DATA_MALFORMED', /user 'u' has an impression that is held out before one that is not/],
    ['times in some chunks only', impressionReaderOf(catalogue, grouped.map((impression, row) => (row < 3 ? { ...impression, time: row } : impression))), 'DATA_MALFORMED', /'times' is there for some/],
    ['no impressions', impressionReaderOf(catalogue, []), 'DATA_EMPTY', /no impressions/],
    ['no clicks', impressionReaderOf(catalogue, grouped.map((impression) => ({ ...impression, clicked: [] }))), 'DATA_EMPTY', /in the 5 impressions .* nothing is clicked/],
  ])('refuses %s and leaves nothing', async (_, reader, code, message) => {
    const folder = await temporaryFolder();
    const error = await errorOf(importDataset(reader, join(folder, 'store.duckdb')));
    expect(error.code).toBe(code);
    expect(formatError(error)).toMatch(message);
    expect(await readdir(folder)).toEqual([]);
  });
});

describe('the ceiling of impressions', () => {
  it('is the means of the metrics of the true probabilities within what is held out, also among what training shows nothing of', async () => {
    const impressions = [
      shown('u', 'a', 'bc', 'b', { heldOut: 0, probabilities: [0.1, 0.9] }),
      shown('u', 'a', 'bcd', 'c', { heldOut: 1, probabilities: [0.2, 0.5, 0.7] }),
      shown('v', 'a', 'dea', 'd', { heldOut: 1, probabilities: [0.4, 0.4, 0.1] }),
      shown('v', 'a', 'db', 'db', { heldOut: 1, probabilities: [0.4, 0.4] }),
    ];
    const store = await storeOf(impressionReaderOf(catalogue, impressions));
    const ndcg = (1 / Math.log2(3) + (1 + 1 / Math.log2(3)) / 2) / 2;
    const ranking = { meanReciprocalRank: (1 / 2 + 3 / 4) / 2, ndcgAt5: expect.closeTo(ndcg), ndcgAt10: expect.closeTo(ndcg) };
    expect(await store.ceiling()).toEqual({ auc: (0.5 + 0.75) / 2, unseenAuc: 0.5, interactions: 2, unseenInteractions: 1, ranking });
    expect(await (await storeOf(impressionReaderOf(catalogue, grouped))).ceiling()).toBeUndefined();
  });
});
