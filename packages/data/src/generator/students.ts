import { hash32 } from '../split/hash.js';
import type { GeneratedItem } from './catalogue.js';
import type { GeneratorOptions } from './options.js';
import { createRandom, type Random } from './random.js';
import { skills } from './texts.js';

/** Stream of the generator's seeds for students, apart from the streams that decide the work of a run. */
const studentStream = 0x53545544;

/** Answers of one student; the arrays are reused for the next. */
export interface StudentHistory {
  /** Rows of the catalogue, `count` of them. */
  readonly items: Uint32Array;
  readonly responses: Uint8Array;
  /** The true probability of a correct answer. */
  readonly probabilities: Float32Array;
  count: number;
  heldOut: boolean;
}

/** Draws students one by one: each depends on the seed and its own number only. */
export interface StudentSource {
  readonly users: number;
  draw(student: number): StudentHistory;
}

/** Students who follow a two-parameter logistic model with learning. */
export function createStudents(options: GeneratorOptions, catalogue: readonly GeneratedItem[]): StudentSource {
  const length = options.interactionsPerUser;
  const total = options.interactions ?? options.users * length;
  const users = Math.ceil(total / length);
  const heldOutUsers = Math.floor(options.testFraction * users);
  const seen = catalogue.flatMap((item, row) => (item.unseen ? [] : [row]));
  const pools = { training: new ItemPool(seen), test: new ItemPool(catalogue.map((_, row) => row)) };
  const history: StudentHistory = {
    items: new Uint32Array(length), responses: new Uint8Array(length), probabilities: new Float32Array(length), count: 0, heldOut: false,
  };
  const draw = (student: number): StudentHistory => {
    const random = createRandom(hash32(options.seed, studentStream, student) | 0);
    history.heldOut = student < heldOutUsers;
    history.count = Math.min(length, total - student * length);
    (history.heldOut ? pools.test : pools.training).draw(random, history.items, history.count);
    answer(random, options, catalogue, history);
    return history;
  };
  return { users, draw };
}

/**
 * P(correct) = 1 / (1 + exp(-a (theta + gain (1 - exp(-n / constant)) - b))), where theta is the student's ability in the
 * skill and n counts the student's earlier answers in it.
 */
function answer(random: Random, options: GeneratorOptions, catalogue: readonly GeneratedItem[], history: StudentHistory): void {
  const ability = random.normal(0, options.abilityDeviation);
  const abilities = skills.map(() => ability + random.normal(0, options.skillAbilityDeviation));
  const practice = skills.map(() => 0);
  for (let position = 0; position < history.count; position++) {
    const { skill, difficulty, discrimination } = catalogue[history.items[position]!]!;
    const learned = options.learningGain * (1 - Math.exp(-practice[skill]! / options.learningConstant));
    const probability = 1 / (1 + Math.exp(-discrimination * (abilities[skill]! + learned - difficulty)));
    history.probabilities[position] = probability;
    history.responses[position] = random.uniform() < probability ? 1 : 0;
    practice[skill]!++;
  }
}

/** Draws without replacement while the pool lasts, with replacement where more is wanted than it holds. */
class ItemPool {
  readonly #rows: Uint32Array;
  readonly #swaps: Uint32Array;

  constructor(rows: readonly number[]) {
    this.#rows = Uint32Array.from(rows);
    this.#swaps = new Uint32Array(rows.length);
  }

  draw(random: Random, into: Uint32Array, count: number): void {
    const rows = this.#rows;
    if (count > rows.length) {
      for (let position = 0; position < count; position++) into[position] = rows[random.integer(0, rows.length - 1)]!;
      return;
    }
    for (let position = 0; position < count; position++) {
      const chosen = random.integer(position, rows.length - 1);
      this.#swaps[position] = chosen;
      this.#swap(position, chosen);
      into[position] = rows[position]!;
    }
    // Undone in reverse, so that a student's draw depends on no other student's.
    for (let position = count - 1; position >= 0; position--) this.#swap(position, this.#swaps[position]!);
  }

  #swap(first: number, second: number): void {
    const kept = this.#rows[first]!;
    this.#rows[first] = this.#rows[second]!;
    this.#rows[second] = kept;
  }
}
