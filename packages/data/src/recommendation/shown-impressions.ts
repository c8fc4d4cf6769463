import { openNumbers, type HistorySource } from '../batches/history-source.js';
import { countHistoryItems, numbersPerImpression, packedCandidates, packedHistoryItems, packedImpressions } from '../store/packed-impressions.js';
import type { Store } from '../store/store.js';

/** The impressions of a store, where batches read them; memory is some 30 bytes an impression, lists stand in a file where they are long. */
export class ShownImpressions {
  /** The history of each `[impressions]`. */
  readonly #historyOf: Uint32Array;
  /** Where each history begins, and the last one ends `[histories + 1]`. */
  readonly #historyStarts: Float64Array;
  /** Where the candidates of each begin, and those of the last one end `[impressions + 1]`. */
  readonly #candidateStarts: Float64Array;
  readonly #historyItems: HistorySource;
  readonly #candidates: HistorySource;
  /** Clicked candidates of each `[impressions]`. */
  readonly clicks: Uint32Array;

  private constructor(lists: ImpressionLists, historyItems: HistorySource, candidates: HistorySource, clicks: Uint32Array) {
    this.#historyOf = lists.historyOf;
    this.#historyStarts = lists.historyStarts;
    this.#candidateStarts = lists.candidateStarts;
    this.#historyItems = historyItems;
    this.#candidates = candidates;
    this.clicks = clicks;
  }

  /** @param numbersInMemory up to how many items of histories, and how many candidates, are kept in memory */
  static async open(store: Store, numbersInMemory: number): Promise<ShownImpressions> {
    const { impressions, candidates } = store.summary as { impressions: number; candidates: number };
    const lists = await readLists(store, impressions);
    const clicks = new Uint32Array(impressions);
    const where = { near: store.file, keepInMemory: numbersInMemory };
    const historyItems = await openNumbers(packedHistoryItems(store.connection), await countHistoryItems(store.connection), where);
    try {
      const counted = countingClicks(packedCandidates(store.connection, candidates), lists.candidateStarts, clicks);
      return new ShownImpressions(lists, historyItems, await openNumbers(counted, candidates, where), clicks);
    } catch (error) {
      await historyItems.close();
      throw error;
    }
  }

  historyLength(impression: number): number {
    const history = this.#historyOf[impression]!;
    return this.#historyStarts[history + 1]! - this.#historyStarts[history]!;
  }

  candidateCount(impression: number): number {
    return this.#candidateStarts[impression + 1]! - this.#candidateStarts[impression]!;
  }

  /** Reads the last `lengths[row]` items of the history of each impression, one history after another. */
  readHistories(impressions: Uint32Array, lengths: Uint32Array, into: Uint32Array): Promise<void> {
    return this.#historyItems.read(Float64Array.from(impressions, (impression, row) => this.#historyStarts[this.#historyOf[impression]! + 1]! - lengths[row]!), lengths, into);
  }

  /** Reads all candidates of each impression as `2 * item + clicked`, `lengths[row]` each, one impression after another. */
  readCandidates(impressions: Uint32Array, lengths: Uint32Array, into: Uint32Array): Promise<void> {
    return this.#candidates.read(Float64Array.from(impressions, (impression) => this.#candidateStarts[impression]!), lengths, into);
  }

  async close(): Promise<void> {
    await this.#historyItems.close();
    await this.#candidates.close();
  }
}

/** Where the lists of impressions stand. */
interface ImpressionLists {
  readonly historyOf: Uint32Array;
  readonly historyStarts: Float64Array;
  readonly candidateStarts: Float64Array;
}

async function readLists(store: Store, count: number): Promise<ImpressionLists> {
  const historyOf = new Uint32Array(count);
  // There are no more histories than impressions.
  const historyEnds = new Float64Array(count + 1);
  const candidateStarts = new Float64Array(count + 1);
  let impression = 0;
  let histories = 0;
  for await (const packed of packedImpressions(store.connection, count)) {
    for (let cell = 0; cell < packed.length; cell += numbersPerImpression, impression++) {
      const [history, historyLength, candidates] = [packed[cell]!, packed[cell + 1]!, packed[cell + 2]!];
      historyOf[impression] = history;
      if (history === histories) historyEnds[++histories] = historyEnds[histories - 1]! + historyLength;
      candidateStarts[impression + 1] = candidateStarts[impression]! + candidates;
    }
  }
  return { historyOf, historyStarts: historyEnds.slice(0, histories + 1), candidateStarts };
}

/** Passes candidates on and counts the clicked ones of each impression. */
async function* countingClicks(candidates: AsyncIterable<Uint32Array>, starts: Float64Array, clicks: Uint32Array): AsyncGenerator<Uint32Array> {
  let impression = 0;
  let position = 0;
  for await (const packed of candidates) {
    for (const candidate of packed) {
      while (position >= starts[impression + 1]!) impression++;
      clicks[impression]! += candidate & 1;
      position++;
    }
    yield packed;
  }
}
