/** Tells whose interaction stands where in a store, for positions that only rise. */
export class HistoryCursor {
  readonly #historyLengths: Uint32Array;
  #user = 0;
  #end: number;

  /** @param historyLengths interactions of every user `[users]` */
  constructor(historyLengths: Uint32Array) {
    this.#historyLengths = historyLengths;
    this.#end = historyLengths[0] ?? 0;
  }

  /** The user of the interaction at `position`, which is not before the last one asked for. */
  userAt(position: number): number {
    while (position >= this.#end) this.#end += this.#historyLengths[++this.#user]!;
    return this.#user;
  }

  /** Where the history of the user last asked for begins. */
  get start(): number {
    return this.#end - this.#historyLengths[this.#user]!;
  }
}
