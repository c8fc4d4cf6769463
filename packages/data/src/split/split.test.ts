import { describe, expect, it } from 'vitest';
import { errorOf, impressionReaderOf, items, readerOf, storeOf, type Row } from '../testing/fixtures.js';
import { hash32 } from './hash.js';
import { splitStore, type Split } from './split.js';

const users = Array.from({ length: 60 }, (_, user) => user);
const rows: Row[] = users.flatMap((user) => [[`u${user}`, 'a', 1], [`u${user}`, 'b', 0]] as Row[]);
const ownRows: Row[] = users.flatMap((user) => [[`u${user}`, 'a', 1, { heldOut: user < 6 ? 1 : 0 }]] as Row[]);

/** The part of a user, of which the split is one of users. */
const partOf = ({ trainEnds, validationEnds, historyLengths }: Split, user: number): number => [trainEnds[user], validationEnds[user], historyLengths[user]].findIndex((end) => end! > 0);

describe('splitStore by user', () => {
  it('holds out for the test whom the PyTorch peer holds out', async () => {
    const split = await splitStore(await storeOf(readerOf(items('a', 'b'), rows)), { seed: 1, testFraction: 0.2, validationFraction: 0 });
    expect(users.filter((user) => partOf(split, user) === 2)).toEqual([0, 3, 13, 14, 18, 27, 29, 33, 38, 44, 47, 50, 51, 52, 54, 57]);
    expect(split.users).toEqual({ train: 44, validation: 0, test: 16 });
    expect(split.testSource).toBe('hash');
  });

  it('takes validation users from the others, by a stream of its own', async () => {
    const store = await storeOf(readerOf(items('a', 'b'), rows));
    const split = await splitStore(store, { seed: 1, testFraction: 0.2, validationFraction: 0.3 });
    const bound = Math.floor(0.3 * 2 ** 32);
    for (const user of users) {
      const expected = hash32(1, 1, user) < Math.floor(0.2 * 2 ** 32) ? 2 : hash32(1, 7, user) < bound ? 1 : 0;
      expect(partOf(split, user)).toBe(expected);
    }
    expect(split.users.validation).toBeGreaterThan(0);
  });

  it("uses the data set's own split where it brings one, and a hash where a share is asked for", async () => {
    const store = await storeOf(readerOf(items('a'), ownRows));
    const own = await splitStore(store, { seed: 1 });
    expect(users.filter((user) => partOf(own, user) === 2)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(own.testSource).toBe('dataset');
    expect((await splitStore(store, { seed: 1, testFraction: 0.2 })).testSource).toBe('hash');
  });

  it('has a fingerprint of who is where', async () => {
    const store = await storeOf(readerOf(items('a', 'b'), rows));
    const first = await splitStore(store, { seed: 1 });
    expect((await splitStore(store, { seed: 1 })).fingerprint).toBe(first.fingerprint);
    expect((await splitStore(store, { seed: 2 })).fingerprint).not.toBe(first.fingerprint);
  });

  it('refuses a split that the data set does not bring, a share out of range, and nobody left to train', async () => {
    const store = await storeOf(readerOf(items('a', 'b'), rows));
    expect((await errorOf(splitStore(store, { seed: 1, testFraction: 'dataset' }))).code).toBe('DATA_MISMATCH');
    expect((await errorOf(splitStore(store, { seed: 1, testFraction: 1 }))).code).toBe('CONFIGURATION_INVALID');
    const one = await storeOf(readerOf(items('a'), [['u', 'a', 1, { heldOut: 1 }]]));
    expect((await errorOf(splitStore(one, { seed: 1 }))).code).toBe('DATA_EMPTY');
  });
});

describe('splitStore by the last event', () => {
  it('tests the last one of every user, and validates the one before of users that the hash picks', async () => {
    const lengths = users.map((user) => 1 + (user % 4));
    const store = await storeOf(readerOf(items('a'), users.flatMap((user) => Array<Row>(lengths[user]!).fill([`u${user}`, 'a', 1]))));
    const split = await splitStore(store, { seed: 1, by: 'leave-one-out', validationFraction: 0.3 });
    const validates = (user: number): boolean => hash32(1, 7, user) < Math.floor(0.3 * 2 ** 32);
    expect([...split.validationEnds]).toEqual(lengths.map((length) => length - 1));
    expect([...split.trainEnds]).toEqual(lengths.map((length, user) => Math.max(0, length - (validates(user) ? 2 : 1))));
    const validating = users.filter((user) => validates(user) && lengths[user]! > 1).length;
    expect(validating).toBeGreaterThan(5);
    expect(split.users).toMatchObject({ validation: validating, test: 60 });
    expect(split.events).toMatchObject({ validation: validating, test: 60 });
    expect((await errorOf(splitStore(store, { seed: 1, by: 'leave-one-out', testFraction: 0.2 }))).details.field).toBe('testFraction');
  });
});

describe('splitStore by items', () => {
  const names = Array.from({ length: 40 }, (_, item) => `i${item}`);
  const partOfItem = (item: number): number => (hash32(1, 9, item) < Math.floor(0.2 * 2 ** 32) ? 2 : hash32(1, 10, item) < Math.floor(0.25 * 2 ** 32) ? 1 : 0);

  it('holds out items by streams of their own, and counts the events of each part', async () => {
    const met: Row[] = users.flatMap((user) => [0, 1, 2].map((position): Row => [`u${user}`, `i${hash32(user, position) % 35}`, 1]));
    const split = await splitStore(await storeOf(readerOf(items(...names), met)), { seed: 1, by: 'unseen-items', testFraction: 0.2, validationFraction: 0.25 });
    expect([...split.ofItem!]).toEqual(names.map((_, item) => partOfItem(item)));
    expect([split.trainEnds, split.validationEnds]).toEqual([split.historyLengths, split.historyLengths]);
    const inPart = (part: number): Row[] => met.filter(([, item]) => partOfItem(Number(item.slice(1))) === part);
    for (const [part, name] of [[0, 'train'], [1, 'validation'], [2, 'test']] as const) {
      expect([split.events[name], split.users[name], split.items![name]]).toEqual([inPart(part).length, new Set(inPart(part).map(([user]) => user)).size, names.filter((_, item) => partOfItem(item) === part).length]);
      expect(inPart(part).length).toBeGreaterThan(10);
    }
  });

  it('is refused for impressions', async () => {
    const store = await storeOf(impressionReaderOf(items(...names), [{ user: 'u', history: [], candidates: ['i0', 'i1'], clicked: ['i1'] }]));
    const error = await errorOf(splitStore(store, { seed: 1, by: 'unseen-items' }));
    expect([error.code, error.details.field]).toEqual(['CONFIGURATION_INVALID', 'data.split.by']);
  });

  it('has a fingerprint of which items those are', async () => {
    const store = await storeOf(readerOf(items(...names), names.map((item): Row => ['u', item, 1])));
    const one = await splitStore(store, { seed: 1, by: 'unseen-items' });
    expect((await splitStore(store, { seed: 2, by: 'unseen-items' })).fingerprint).not.toBe(one.fingerprint);
    expect((await splitStore(store, { seed: 1, testFraction: 0, validationFraction: 0 })).fingerprint).not.toBe(one.fingerprint);
  });
});

describe("the data set's own split of events", () => {
  it('tests the last events that it names', async () => {
    const store = await storeOf(readerOf(items('a'), users.flatMap((user) => Array<Row>(3).fill([`u${user}`, 'a', 1]))));
    const stored = await store.users();
    store.users = () => Promise.resolve({ ...stored, heldOutEvents: Uint32Array.from(users, (user) => user % 3) });
    const split = await splitStore(store, { seed: 1, validationFraction: 0 });
    expect([...split.trainEnds]).toEqual(users.map((user) => 3 - (user % 3)));
    expect(split).toMatchObject({ testSource: 'dataset', events: { train: 120, validation: 0, test: 60 } });
  });
});
