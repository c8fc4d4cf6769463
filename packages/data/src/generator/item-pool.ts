import { permutation } from '../split/hash.js';
import type { GeneratorOptions } from './options.js';
import type { Random } from './random.js';

/** Stream of the hashes that decide which questions are popular. */
const popularityStream = 0x504f5055;

/** Questions that a student can meet. */
export interface ItemPool {
  /** Draws `count` rows of the catalogue; what is drawn depends on `random` alone. */
  draw(random: Random, into: Uint32Array, count: number): void;
}

/** A pool of some rows of the catalogue. */
export function createItemPool(rows: readonly number[], { seed, items, popularityExponent }: Pick<GeneratorOptions, 'seed' | 'items' | 'popularityExponent'>): ItemPool {
  return popularityExponent === undefined ? new EvenPool(rows) : new PopularPool(rows, permutation(items, seed, popularityStream), popularityExponent);
}

/** Draws without replacement while the pool lasts, with replacement where more is wanted than it holds. */
class EvenPool implements ItemPool {
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

/** Draws with replacement, the row of rank r (from 1, of the whole catalogue) in proportion to r^-exponent. */
class PopularPool implements ItemPool {
  readonly #rows: Uint32Array;
  /** Sum of the weights up to each row. */
  readonly #sums: Float64Array;

  constructor(rows: readonly number[], ranks: Uint32Array, exponent: number) {
    this.#rows = Uint32Array.from(rows);
    let sum = 0;
    this.#sums = Float64Array.from(rows, (row) => (sum += (ranks[row]! + 1) ** -exponent));
  }

  draw(random: Random, into: Uint32Array, count: number): void {
    const whole = this.#sums.at(-1)!;
    for (let position = 0; position < count; position++) into[position] = this.#rows[this.#placeOf(random.uniform() * whole)]!;
  }

  /** The first place whose sum is above `value`. */
  #placeOf(value: number): number {
    let low = 0;
    let high = this.#sums.length - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#sums[middle]! > value) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
