import type { HistorySource } from '../batches/history-source.js';
import { HistoryCursor } from '../store/history-cursor.js';
import type { SpareArrays } from './spare-arrays.js';

/** Clicks of one read when whole histories are scanned. */
const scanLength = 65_536;

/** Whole histories of users, as `2 * item + 1`, where batches read them. */
export class ClickHistories {
  /** Clicks of each user `[users]`. */
  readonly lengths: Uint32Array;
  readonly #source: HistorySource;
  /** Place of each user's first click `[users]`. */
  readonly #starts: Float64Array;

  constructor(source: HistorySource, lengths: Uint32Array) {
    this.lengths = lengths;
    this.#source = source;
    this.#starts = new Float64Array(lengths.length);
    for (let user = 1; user < lengths.length; user++) this.#starts[user] = this.#starts[user - 1]! + lengths[user - 1]!;
  }

  /** The histories of users one after another, in an array of `spare`. */
  async read(users: Uint32Array, spare: SpareArrays): Promise<Uint32Array> {
    const lengths = users.map((user) => this.lengths[user]!);
    const clicks = spare.take(lengths.reduce((sum, length) => sum + length, 0));
    await this.#source.read(Float64Array.from(users, (user) => this.#starts[user]!), lengths, clicks);
    return clicks;
  }

  /** Every click with its user and its place in the user's history, in order. */
  async visit(visit: (user: number, place: number, item: number) => void): Promise<void> {
    const clicks = this.lengths.reduce((sum, length) => sum + length, 0);
    const buffer = new Uint32Array(Math.min(scanLength, clicks));
    const cursor = new HistoryCursor(this.lengths);
    for (let first = 0; first < clicks; first += scanLength) {
      const packed = buffer.subarray(0, Math.min(scanLength, clicks - first));
      await this.#source.read([first], [packed.length], packed);
      for (let index = 0; index < packed.length; index++) {
        const user = cursor.userAt(first + index);
        visit(user, first + index - cursor.start, packed[index]! >>> 1);
      }
    }
  }

  close(): Promise<void> {
    return this.#source.close();
  }
}
