import { hash32, hashInto } from '@gramkit/data';
import type { UserStatistic } from './user-statistic.js';

/** Separates these draws from every other use of a seed. */
const bootstrapStream = 20;

export interface ResampleOptions {
  readonly seed: number;
  readonly resamples: number;
}

/**
 * The nonparametric bootstrap over users (Efron 1979): as many users as there are, drawn with replacement, all of a user's predictions with them.
 * The value of every statistic in every resample, `[statistics][resamples]`. Draws depend on the seed and the number of users alone: two
 * evaluations of the same users see the same resamples. Memory is that of the users.
 */
export function resample(statistics: readonly UserStatistic[], users: number, { seed, resamples }: ResampleOptions): readonly Float64Array[] {
  const values = statistics.map(() => new Float64Array(resamples));
  const weights = new Float64Array(users);
  for (let number = 0; number < resamples; number++) {
    drawUsers(weights, hash32(seed, bootstrapStream, number));
    statistics.forEach((statistic, index) => (values[index]![number] = statistic.value(weights)));
  }
  return values;
}

function drawUsers(weights: Float64Array, prefix: number): void {
  const users = weights.length;
  weights.fill(0);
  for (let draw = 0; draw < users; draw++) weights[Math.floor((hashInto(prefix, draw) / 2 ** 32) * users)]! += 1;
}
