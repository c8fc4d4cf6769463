import { hash32 } from '../split/hash.js';
import type { GeneratedItem } from './catalogue.js';
import { createItemPool } from './item-pool.js';
import type { GeneratorOptions } from './options.js';
import { createPopulation } from './population.js';
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

/** Draws students one by one: each depends on the seed, its own number and the length of its history only. */
export interface StudentSource {
  readonly users: number;
  readonly interactions: number;
  draw(student: number): StudentHistory;
}

/** Students who follow a two-parameter logistic model with learning. */
export function createStudents(options: GeneratorOptions, catalogue: readonly GeneratedItem[]): StudentSource {
  const { users, interactions, longest, lengthOf } = createPopulation(options);
  const heldOutUsers = Math.floor(options.testFraction * users);
  const seen = catalogue.flatMap((item, row) => (item.unseen ? [] : [row]));
  const pools = { training: createItemPool(seen, options), test: createItemPool(catalogue.map((_, row) => row), options) };
  const history: StudentHistory = {
    items: new Uint32Array(longest), responses: new Uint8Array(longest), probabilities: new Float32Array(longest), count: 0, heldOut: false,
  };
  const draw = (student: number): StudentHistory => {
    const random = createRandom(hash32(options.seed, studentStream, student) | 0);
    history.heldOut = student < heldOutUsers;
    history.count = lengthOf(student);
    (history.heldOut ? pools.test : pools.training).draw(random, history.items, history.count);
    answer(random, options, catalogue, history);
    return history;
  };
  return { users, interactions, draw };
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
