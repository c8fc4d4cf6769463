import { createHash } from 'node:crypto';
import { GramkitError } from '@gramkit/spec';
import type { Store, StoredUsers } from '../store/store.js';
import { countEvents, type SplitCounts } from './count-events.js';
import { eventTableOf } from './events.js';
import { hashBound, hashInto, hashStreams, hash32 } from './hash.js';
import { endsByTime } from './time-cut.js';

export const splitNames = ['train', 'validation', 'test'] as const;
export type SplitName = (typeof splitNames)[number];

/** What is held out: users, the latest events of all, the last event of every user, or items. */
export const splitMethods = ['user', 'time', 'leave-one-out', 'unseen-items'] as const;
export type SplitMethod = (typeof splitMethods)[number];

export interface SplitOptions {
  readonly seed: number;
  /** Default `user`. */
  readonly by?: SplitMethod;
  /**
   * Share that is held out for the test: of the users, of the events or of the items; not for `leave-one-out`. By user also `dataset`, the data
   * set's own split. Default: by user its own where it brings one; else .2.
   */
  readonly testFraction?: number | 'dataset';
  /** Share of what is left that is held out for validation; with `leave-one-out`, of the users. Default .1. */
  readonly validationFraction?: number;
}

/**
 * Which events train, which validate, which test. An event is an interaction, or an impression where the data set has those. Of the events
 * of user `u`, in their order, the first `trainEnds[u]` are trained on, those up to `validationEnds[u]` validated on, the rest tested on.
 */
export interface Split extends SplitCounts {
  readonly by: SplitMethod;
  /** Events of every user, uint32 `[users]`. */
  readonly historyLengths: Uint32Array;
  /** uint32 `[users]`. */
  readonly trainEnds: Uint32Array;
  /** uint32 `[users]`. */
  readonly validationEnds: Uint32Array;
  /**
   * Only where items are held out: uint8 `[items]`, index into `splitNames`. Events of items that are not 0 are left out of training; validation
   * and test look at all events, and count the predictions of their own items alone.
   */
  readonly ofItem?: Uint8Array;
  /** Where the test events come from: the data set's own split, a hash of users or items, or the order of events. */
  readonly testSource: 'dataset' | 'hash' | 'order';
  /** SHA-256 of the store's fingerprint, the method and the part of every event. */
  readonly fingerprint: string;
}

/** How a method divides: where the parts of each user end, and which items are held out. */
type Division = Pick<Split, 'trainEnds' | 'validationEnds' | 'testSource'> & { readonly ofItem?: Uint8Array };

/**
 * Splits a store. `hash32` is the one of `hash.ts`, users count in order of first appearance, items in the order of the catalogue.
 *
 * - `user`: user `u` tests where `hash32(seed, 1, u) < floor(testFraction 2^32)`, as in the PyTorch peer; of the others `u` validates where
 *   `hash32(seed, 7, u) < floor(validationFraction 2^32)`.
 * - `time`: one cut for all: with the events in time order, those from the time of number `floor((1 - testFraction) events)` on test; likewise
 *   validation is cut from those before. Events at one time stay together, on the later side.
 * - `leave-one-out`: the last event of every user tests; the one before it validates for users with `hash32(seed, 7, u)` below the bound.
 * - `unseen-items`: as by user, of items, with the streams 9 and 10.
 * @throws GramkitError DATA_MISMATCH where the data set's own split is asked for and it brings none, or a split by time of a data set without
 * times; CONFIGURATION_INVALID for a share that makes no sense, or items of a data set of impressions;
 * DATA_EMPTY where nothing is left to train on.
 */
export async function splitStore(store: Store, options: SplitOptions): Promise<Split> {
  const { by = 'user' } = options;
  const users = await store.users();
  const division = await divide(store, users, by, options);
  const counts = await countEvents(store, users.historyLengths, division);
  if (counts.events.train === 0) throw nothingLeft(store, by, users.historyLengths.length);
  return { by, historyLengths: users.historyLengths, ...division, ...counts, fingerprint: fingerprintOf(store, by, division) };
}

function divide(store: Store, users: StoredUsers, by: SplitMethod, options: SplitOptions): Promise<Division> | Division {
  if (by === 'user') return divideUsers(store, users, options);
  if (by === 'leave-one-out') return leaveOneOut(users, options);
  if (by === 'time') return cutInTime(store, users, options);
  return holdOutItems(store, users, options);
}

function divideUsers(store: Store, users: StoredUsers, options: SplitOptions): Division {
  const { historyLengths, heldOut, heldOutEvents } = users;
  const ownSplit = heldOut !== undefined || heldOutEvents !== undefined;
  const { seed, testFraction = ownSplit ? 'dataset' : 0.2, validationFraction = 0.1 } = options;
  if (testFraction === 'dataset' && !ownSplit) {
    throw new GramkitError('DATA_MISMATCH', 'the data set brings no split of its own', { file: store.file, field: 'testFraction', fix: 'give testFraction as a number, such as 0.2' });
  }
  const tests = testFraction === 'dataset' ? (user: number) => heldOut?.[user] === 1 : hashedPart(seed, hashStreams.split, testFraction);
  const ownEvents = testFraction === 'dataset' ? heldOutEvents : undefined;
  const validates = hashedPart(seed, hashStreams.validation, validationFraction);
  const validationEnds = historyLengths.map((length, user) => (tests(user) ? 0 : length - (ownEvents?.[user] ?? 0)));
  const trainEnds = validationEnds.map((end, user) => (validates(user) ? 0 : end));
  return { trainEnds, validationEnds, testSource: testFraction === 'dataset' ? 'dataset' : 'hash' };
}

function leaveOneOut({ historyLengths }: StoredUsers, { seed, testFraction, validationFraction = 0.1 }: SplitOptions): Division {
  if (testFraction !== undefined) {
    throw new GramkitError('CONFIGURATION_INVALID', "'leave-one-out' tests the last event of every user, whatever share is given", { field: 'testFraction', fix: 'leave it out, or split by user or time' });
  }
  const validates = hashedPart(seed, hashStreams.validation, validationFraction);
  const validationEnds = historyLengths.map((length) => Math.max(0, length - 1));
  const trainEnds = validationEnds.map((end, user) => (validates(user) ? Math.max(0, end - 1) : end));
  return { trainEnds, validationEnds, testSource: 'order' };
}

async function cutInTime(store: Store, { historyLengths }: StoredUsers, options: SplitOptions): Promise<Division> {
  const { test, validation } = shares(options);
  return { ...(await endsByTime(store, historyLengths, test, validation)), testSource: 'order' };
}

function holdOutItems(store: Store, { historyLengths }: StoredUsers, options: SplitOptions): Division {
  if (eventTableOf(store) === 'impressions') throw notByItems(store);
  const { test, validation } = shares(options);
  const tests = hashedPart(options.seed, hashStreams.testItems, test);
  const validates = hashedPart(options.seed, hashStreams.validationItems, validation);
  const ofItem = Uint8Array.from({ length: store.summary.items }, (_, item) => (tests(item) ? 2 : validates(item) ? 1 : 0));
  return { trainEnds: historyLengths, validationEnds: historyLengths, ofItem, testSource: 'hash' };
}

/**
 * To train without held-out items, impressions would have to be cut: what was shown beside a click would no longer be what the reader chose from. News is
 * tested cold as it comes, by a cut in time.
 */
function notByItems(store: Store): GramkitError {
  return new GramkitError('CONFIGURATION_INVALID', 'impressions cannot be split by items: what they show of held-out items would have to be left out of them', {
    file: store.file,
    field: 'data.split.by',
    fix: 'split by user, time or leave-one-out; the cold-start metric is of the items that training does not meet, whatever the split',
  });
}

function shares({ by, testFraction = 0.2, validationFraction = 0.1 }: SplitOptions): { readonly test: number; readonly validation: number } {
  if (testFraction === 'dataset') {
    throw new GramkitError('CONFIGURATION_INVALID', `a data set brings a split of users alone, none for '${String(by)}'`, { field: 'testFraction', fix: 'give a share such as 0.2, or split by user' });
  }
  return { test: share(testFraction), validation: share(validationFraction) };
}

function hashedPart(seed: number, stream: number, fraction: number): (index: number) => boolean {
  const bound = hashBound(share(fraction));
  const prefix = hash32(seed, stream);
  return (index) => hashInto(prefix, index) < bound;
}

function share(fraction: number): number {
  if (fraction >= 0 && fraction < 1) return fraction;
  throw new GramkitError('CONFIGURATION_INVALID', `a share that is held out must be at least 0 and below 1, not ${fraction}`, { fix: 'use a share such as 0.2' });
}

function nothingLeft(store: Store, by: SplitMethod, users: number): GramkitError {
  return new GramkitError('DATA_EMPTY', `split by ${by}, nothing of the ${users} users is left to train on`, { file: store.file, fix: 'lower testFraction or validationFraction, or split in another way' });
}

function fingerprintOf(store: Store, by: SplitMethod, { trainEnds, validationEnds, ofItem }: Division): string {
  const hash = createHash('sha256').update(store.summary.fingerprint).update(by);
  for (const ends of [trainEnds, validationEnds]) hash.update(new Uint8Array(ends.buffer, ends.byteOffset, ends.byteLength));
  if (ofItem !== undefined) hash.update(ofItem);
  return hash.digest('hex');
}
