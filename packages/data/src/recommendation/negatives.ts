import { hashInto } from '../split/hash.js';

/** Draws items that a user has not met. One per catalogue, since it keeps an array of the catalogue's size. */
export class NegativeSampler {
  /** `#round` where an item may not be drawn any more in the round at hand. */
  readonly #taken: Uint32Array;
  readonly #ofItem: Uint8Array | undefined;
  #round = 0;

  /** @param ofItem part of each item `[items]`, where items are held out */
  constructor(catalogueSize: number, ofItem?: Uint8Array) {
    this.#taken = new Uint32Array(catalogueSize);
    this.#ofItem = ofItem;
  }

  /**
   * Fills `into` with different items that are not among `met`, which holds interactions as `2 * item + response`: draw `d` (from 0) is item
   * `hash(key, d) mod items`, and is passed over where the item is taken, or of another part where items are held out. There must be enough items
   * that are not met.
   * @param key the running hash of what the draws are for
   */
  draw(met: Uint32Array, key: number, part: number, into: Int32Array): void {
    this.#begin();
    for (const packed of met) this.#taken[packed >>> 1] = this.#round;
    for (let draw = 0, filled = 0; filled < into.length; draw++) {
      const item = hashInto(key, draw) % this.#taken.length;
      if (this.#taken[item] === this.#round || !this.#isOf(item, part)) continue;
      this.#taken[item] = this.#round;
      into[filled++] = item;
    }
  }

  /** How many different items of a part are among `met`; of all where none are held out. */
  countDifferent(met: Uint32Array, part: number): number {
    this.#begin();
    let different = 0;
    for (const packed of met) {
      if (this.#taken[packed >>> 1] !== this.#round && this.#isOf(packed >>> 1, part)) different++;
      this.#taken[packed >>> 1] = this.#round;
    }
    return different;
  }

  #isOf(item: number, part: number): boolean {
    return this.#ofItem === undefined || this.#ofItem[item] === part;
  }

  /** What earlier rounds took is free again, without a pass over the catalogue. */
  #begin(): void {
    this.#round++;
    if (this.#round < 2 ** 32) return;
    this.#taken.fill(0);
    this.#round = 1;
  }
}
