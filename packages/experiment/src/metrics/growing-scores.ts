/** Float32 scores, as many as come: doubles its room as it fills. */
export class GrowingScores {
  #values = new Float32Array(1024);
  #count = 0;

  get count(): number {
    return this.#count;
  }

  push(value: number): void {
    if (this.#count === this.#values.length) {
      const larger = new Float32Array(this.#values.length * 2);
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values[this.#count++] = value;
  }

  /** The scores so far, rising. */
  sorted(): Float32Array {
    return this.#values.slice(0, this.#count).sort();
  }
}
