import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/** A seeded source of random numbers. */
export interface Random {
  /** Uniform in [0, 1). */
  uniform(): number;
  /** A whole number in [low, high]. */
  integer(low: number, high: number): number;
  /** A normal deviate. */
  normal(mean: number, deviation: number): number;
  /** One of the choices, each as likely. */
  pick<Value>(choices: readonly Value[]): Value;
}

/** A source whose numbers depend on `seed` alone. */
export function createRandom(seed: number): Random {
  const generator = xoroshiro128plus(seed);
  const uniform = () => uniformFloat64(generator);
  const integer = (low: number, high: number) => uniformInt(generator, low, high);
  return {
    uniform,
    integer,
    /** Box and Muller, one of the pair; 1 - u keeps the logarithm finite. */
    normal: (mean, deviation) => mean + deviation * Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()),
    pick: (choices) => choices[integer(0, choices.length - 1)]!,
  };
}
