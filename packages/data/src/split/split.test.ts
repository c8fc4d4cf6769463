import { describe, expect, it } from 'vitest';
import { errorOf, items, readerOf, storeOf, type Row } from '../testing/fixtures.js';
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
