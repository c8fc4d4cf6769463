import { describe, expect, it } from 'vitest';
import { generatorOptions } from './options.js';
import { createPopulation, populationSize } from './population.js';

const population = (given: object) => createPopulation(generatorOptions.parse(given));
const lengthsOf = ({ users, lengthOf }: ReturnType<typeof population>) => Array.from({ length: users }, (_, student) => lengthOf(student));
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

describe('the students of a generated set', () => {
  it('answer alike where nothing else is asked for', () => {
    expect(new Set(lengthsOf(population({})))).toEqual(new Set([40]));
    expect(lengthsOf(population({ interactions: 100, interactionsPerUser: 40 }))).toEqual([40, 40, 20]);
  });

  it('share a number of answers out to the last one', () => {
    const { users, interactions, longest, lengthOf } = population({ users: 7, interactions: 50 });
    const lengths = lengthsOf({ users, interactions, longest, lengthOf });
    expect([users, sum(lengths), longest]).toEqual([7, 50, 8]);
    expect(Math.min(...lengths)).toBe(7);
  });

  it('have long-tailed histories of the same mean', () => {
    const lengths = lengthsOf(population({ users: 20_000, interactionsPerUser: 76, historyDeviation: 1.2 })).sort((a, b) => a - b);
    expect(sum(lengths)).toBe(20_000 * 76);
    expect(lengths[0]).toBeGreaterThanOrEqual(2);
    // A log-normal of deviation s has its median at exp(-s^2 / 2) of its mean.
    expect(lengths[10_000]! / (2 + 74 * Math.exp(-0.72))).toBeCloseTo(1, 1);
    expect(lengths.at(-1)).toBeGreaterThan(1000);
  });

  it('refuse what does not go round', () => {
    expect(() => population({ users: 100, interactions: 199 })).toThrow(/199 answers are too few for 100 students/);
  });

  it('are counted without being drawn', () => {
    expect(populationSize(generatorOptions.parse({ users: 1_240_955, interactions: 94_264_845 }))).toEqual({ users: 1_240_955, interactions: 94_264_845 });
  });
});
