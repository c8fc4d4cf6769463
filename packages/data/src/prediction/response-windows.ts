import { unknownResponse, type ResponseRows } from './responses-input.js';

/** Responses one after another of one user, some of which are to be predicted from those before them. */
export interface ResponseWindow {
  /** Packed as `2 * item + response`, two at least. */
  readonly packed: Uint32Array;
  /** The row of the file that each position predicts; NaN where it is history only. */
  readonly targets: Float64Array;
}

/** What is given for the rows that nothing comes before. */
export type WithoutHistory = (record: number) => Promise<void>;

/**
 * Cuts the rows of users, one after another, into windows such that each row but a user's first is predicted in one of them. As in evaluation
 * a window has as much history before what it predicts as there is room for, and at least half a window where the user has so much.
 * A row whose response is not known ends a window of its own, and is history to nobody.
 * @param rowOfItem the number of an item
 */
export async function* responseWindows(stretches: AsyncIterable<ResponseRows>, windowLength: number, rowOfItem: (id: string) => number, withoutHistory: WithoutHistory): AsyncGenerator<ResponseWindow> {
  let user: string | undefined;
  let history = new UserHistory(windowLength);
  for await (const { users, items, responses, records } of stretches) {
    for (let row = 0; row < users.length; row++) {
      if (users[row] !== user) {
        yield* history.rest();
        history = new UserHistory(windowLength);
        user = users[row];
      }
      const item = rowOfItem(items[row]!);
      if (history.length === 0) await withoutHistory(records[row]!);
      if (responses[row] === unknownResponse) yield* history.asked(item, records[row]!);
      else yield* history.answered(2 * item + responses[row]!, records[row]!);
    }
  }
  yield* history.rest();
}

/** The last responses of a user, as many as a window takes, and which of them are to be predicted yet. */
class UserHistory {
  #packed: number[] = [];
  #records: number[] = [];
  /** Responses at the end that no window has predicted yet. */
  #open = 0;

  constructor(private readonly windowLength: number) {}

  /** Responses that are kept. */
  get length(): number {
    return this.#packed.length;
  }

  *answered(packed: number, record: number): Generator<ResponseWindow> {
    // Nothing comes before the first: it is predicted by nobody.
    if (this.length > 0) this.#open++;
    this.#packed.push(packed);
    this.#records.push(record);
    if (this.#open >= this.#mostOpen) yield* this.rest();
  }

  *asked(item: number, record: number): Generator<ResponseWindow> {
    if (this.length === 0) return;
    const packed = [...this.#packed.slice(-(this.windowLength - 1)), 2 * item];
    const targets = new Float64Array(packed.length).fill(Number.NaN);
    targets[packed.length - 1] = record;
    yield { packed: Uint32Array.from(packed), targets };
  }

  /** The window of what is not predicted yet. */
  *rest(): Generator<ResponseWindow> {
    if (this.#open === 0) return;
    this.#packed = this.#packed.slice(-this.windowLength);
    this.#records = this.#records.slice(-this.windowLength);
    const context = this.length - this.#open;
    yield { packed: Uint32Array.from(this.#packed), targets: Float64Array.from(this.#records, (record, position) => (position < context ? Number.NaN : record)) };
    this.#open = 0;
  }

  /** The first window predicts all it holds, later ones leave half of it to history. */
  get #mostOpen(): number {
    return this.length <= this.windowLength ? Math.max(1, this.windowLength - 1) : this.windowLength - Math.floor(this.windowLength / 2);
  }
}
