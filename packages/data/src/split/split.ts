import { createHash } from 'node:crypto';
import { GramkitError } from '@gramkit/spec';
import type { Store } from '../store/store.js';
import { hashBound, hashInto, hashStreams, hash32 } from './hash.js';

export const splitNames = ['train', 'validation', 'test'] as const;
export type SplitName = (typeof splitNames)[number];

export interface SplitOptions {
  readonly seed: number;
  /** Share of the users held out for the test, or `dataset` for the data set's own split. Default: its own where it brings one, else .2. */
  readonly testFraction?: number | 'dataset';
  /** Share of the remaining users held out for validation. Default .1. */
  readonly validationFraction?: number;
}

/** Which users train, which validate, which test. */
export interface Split {
  /** uint8 `[users]`: index into `splitNames`. */
  readonly ofUser: Uint8Array;
  readonly users: Readonly<Record<SplitName, number>>;
  /** Interactions of every user, uint32 `[users]`. */
  readonly historyLengths: Uint32Array;
  /** Where the test users come from. */
  readonly testSource: 'dataset' | 'hash';
  /** SHA-256 of the store's fingerprint and of every user's part. */
  readonly fingerprint: string;
}

/**
 * Splits by user. User `u` (in order of first appearance) tests where `hash32(seed, 1, u) < floor(testFraction 2^32)`, as in
 * the PyTorch peer; of the others `u` validates where `hash32(seed, 7, u) < floor(validationFraction 2^32)`.
 * @throws GramkitError DATA_MISMATCH where the data set's own split is asked for and it brings none, DATA_EMPTY where nobody is left to train.
 */
export async function splitUsers(store: Store, options: SplitOptions): Promise<Split> {
  const { historyLengths, heldOut } = await store.users();
  const { seed, testFraction = heldOut === undefined ? 0.2 : 'dataset', validationFraction = 0.1 } = options;
  const tests = testFraction === 'dataset' ? ownSplit(store, heldOut) : hashedPart(seed, hashStreams.split, testFraction);
  const validates = hashedPart(seed, hashStreams.validation, validationFraction);
  const ofUser = new Uint8Array(historyLengths.length);
  const counts = [0, 0, 0];
  for (let user = 0; user < ofUser.length; user++) {
    const part = tests(user) ? 2 : validates(user) ? 1 : 0;
    ofUser[user] = part;
    counts[part]!++;
  }
  if (counts[0] === 0) throw new GramkitError('DATA_EMPTY', `all ${ofUser.length} users are held out, none is left to train on`, { file: store.file, fix: 'lower testFraction or validationFraction' });
  return {
    ofUser, historyLengths,
    users: { train: counts[0]!, validation: counts[1]!, test: counts[2]! },
    testSource: testFraction === 'dataset' ? 'dataset' : 'hash',
    fingerprint: createHash('sha256').update(store.summary.fingerprint).update(ofUser).digest('hex'),
  };
}

function ownSplit(store: Store, heldOut: Uint8Array | undefined): (user: number) => boolean {
  if (heldOut === undefined) {
    throw new GramkitError('DATA_MISMATCH', 'the data set brings no split of its own', { file: store.file, field: 'testFraction', fix: 'give testFraction as a number, such as 0.2' });
  }
  return (user) => heldOut[user] === 1;
}

function hashedPart(seed: number, stream: number, fraction: number): (user: number) => boolean {
  if (!(fraction >= 0 && fraction < 1)) throw new GramkitError('CONFIGURATION_INVALID', `a share of users must be at least 0 and below 1, not ${fraction}`, { fix: 'use a share such as 0.2' });
  const prefix = hash32(seed, stream);
  const bound = hashBound(fraction);
  return (user) => hashInto(prefix, user) < bound;
}
