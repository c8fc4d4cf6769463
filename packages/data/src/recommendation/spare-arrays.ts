/** Arrays that serve again once they are given back: memory outside the JavaScript heap is freed late. */
export class SpareArrays {
  readonly #spare: Uint32Array[] = [];

  /** An array of at least `length`, its content undefined. */
  take(length: number): Uint32Array {
    const spare = this.#spare.pop();
    return spare !== undefined && spare.length >= length ? spare : new Uint32Array(length);
  }

  giveBack(array: Uint32Array): void {
    this.#spare.push(array);
  }
}
