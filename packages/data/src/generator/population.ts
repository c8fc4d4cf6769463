import { GramkitError } from '@gramkit/spec';
import { hash32 } from '../split/hash.js';
import { defaultUsers, type GeneratorOptions } from './options.js';
import { createRandom } from './random.js';

/** Stream of the seeds that decide how much a student answers. */
const lengthStream = 0x4c454e47;
/** Fewer answers than that make no window to train on. */
const fewestAnswers = 2;

/** How many students there are, and how much each of them answers. */
export interface Population {
  readonly users: number;
  /** Answers in all. */
  readonly interactions: number;
  /** The most that one student answers. */
  readonly longest: number;
  lengthOf(student: number): number;
}

/** @throws GramkitError CONFIGURATION_INVALID where there are too few answers to go round. */
export function createPopulation(options: GeneratorOptions): Population {
  const { users, interactions } = populationSize(options);
  if (!sharesAnswers(options)) {
    const length = options.interactionsPerUser;
    return { users, interactions, longest: Math.min(length, interactions), lengthOf: (student) => Math.min(length, interactions - student * length) };
  }
  const lengths = shareOut(options, users, interactions);
  return { users, interactions, longest: lengths.reduce((longest, length) => Math.max(longest, length), 0), lengthOf: (student) => lengths[student]! };
}

/** Sizes of the set, in no time. */
export function populationSize({ users, interactions, interactionsPerUser }: GeneratorOptions): Pick<Population, 'users' | 'interactions'> {
  if (interactions === undefined) return { users: users ?? defaultUsers, interactions: (users ?? defaultUsers) * interactionsPerUser };
  return { users: users ?? Math.ceil(interactions / interactionsPerUser), interactions };
}

/** Whether answers are shared out among students, in place of `interactionsPerUser` for each. */
export function sharesAnswers({ users, interactions, historyDeviation }: GeneratorOptions): boolean {
  return historyDeviation !== undefined || (users !== undefined && interactions !== undefined);
}

/** Log-normal shares that add up exactly: a student has what the sum of the shares up to it, rounded, grows by. Four bytes a student stay. */
function shareOut({ seed, historyDeviation = 0 }: GeneratorOptions, users: number, interactions: number): Uint32Array {
  const spare = interactions - fewestAnswers * users;
  if (spare < 0) {
    throw new GramkitError('CONFIGURATION_INVALID', `${interactions} answers are too few for ${users} students, of whom each gives at least ${fewestAnswers}`, {
      field: 'interactions', fix: `ask for at least ${fewestAnswers * users} interactions or fewer users`,
    });
  }
  const shares = Float64Array.from({ length: users }, (_, student) => Math.exp(createRandom(hash32(seed, lengthStream, student) | 0).normal(0, historyDeviation)));
  const scale = spare / shares.reduce((sum, share) => sum + share, 0);
  const lengths = new Uint32Array(users);
  let sum = 0;
  let given = 0;
  for (let student = 0; student < users; student++) {
    sum += shares[student]! * scale;
    const upTo = student === users - 1 ? spare : Math.round(sum);
    lengths[student] = fewestAnswers + upTo - given;
    given = upTo;
  }
  return lengths;
}
