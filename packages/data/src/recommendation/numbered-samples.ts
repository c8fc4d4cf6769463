/** Samples by number, where each of many owners has some, one owner after another: an owner is found by search, so that memory is that of the owners. */
export class NumberedSamples {
  readonly count: number;
  /** Samples of the owners before each `[owners]`. */
  readonly #before: Uint32Array;

  /** @param counts samples of each owner `[owners]` */
  constructor(counts: Uint32Array) {
    this.#before = new Uint32Array(counts.length);
    let count = 0;
    for (let owner = 0; owner < counts.length; owner++) {
      this.#before[owner] = count;
      count += counts[owner]!;
    }
    this.count = count;
  }

  /** The last owner with no more than `sample` samples before; those without samples stand before it. */
  ownerOf(sample: number): number {
    let low = 0;
    let high = this.#before.length;
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if (this.#before[middle]! <= sample) low = middle;
      else high = middle;
    }
    return low;
  }

  /** Which of its owner's samples it is, from 0. */
  placeOf(sample: number, owner: number): number {
    return sample - this.#before[owner]!;
  }
}
