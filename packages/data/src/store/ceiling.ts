import type { DuckDBConnection, DuckDBValue } from '@duckdb/node-api';
import { HistoryCursor } from './history-cursor.js';
import { optionalColumnsOf } from './schema.js';
import type { StoredUsers } from './store.js';
import { scanTable } from './stream-columns.js';

/** What a model that knew the students could reach at best, on the interactions that the data set itself holds out. */
export interface Ceiling {
  /** AUC of the true probabilities. */
  readonly auc: number;
  /** The same on items without an interaction in training; not a number where there are none. */
  readonly unseenAuc: number;
  /** Interactions or impressions that the AUC is of. */
  readonly interactions: number;
  readonly unseenInteractions: number;
  /** Of impressions alone, means over them. */
  readonly ranking?: { readonly meanReciprocalRank: number; readonly ndcgAt5: number; readonly ndcgAt10: number };
}

/**
 * Bins of the histogram over probabilities. Probabilities in one bin count as tied: the error is at most half the share of
 * pairs that share a bin, below 2e-5, and memory does not grow with the interactions.
 */
const bins = 65_536;

/**
 * The ceiling of a generated set; undefined where true probabilities or the data set's own split are not known, or nobody is
 * held out. Reads the interactions twice: for the items seen in training, then for the histograms.
 */
export async function ceilingOf(connection: DuckDBConnection, interactions: number, itemCount: number, users: StoredUsers): Promise<Ceiling | undefined> {
  const { historyLengths, heldOut } = users;
  if (!heldOut?.includes(1) || !(await optionalColumnsOf(connection)).probability) return undefined;
  const scan = (columns: string) => scanTable(connection, columns, 'interactions', interactions);
  const seen = new Uint8Array(itemCount);
  await visitRows(scan('item'), historyLengths, (user, item) => {
    if (heldOut[user] === 0) seen[item] = 1;
  });
  const all = new AnswerHistogram();
  const unseen = new AnswerHistogram();
  await visitRows(scan(`item, (2 * least(floor(probability * ${bins}), ${bins - 1}) + response)::UINTEGER`), historyLengths, (user, item, answer) => {
    if (heldOut[user] === 0) return;
    all.add(answer);
    if (seen[item] === 0) unseen.add(answer);
  });
  return { auc: all.areaUnderCurve(), unseenAuc: unseen.areaUnderCurve(), interactions: all.count(), unseenInteractions: unseen.count() };
}

/** The user follows from the position: a column less to read. `second` is not a number where the scan has one column. */
async function visitRows(stretches: AsyncIterable<DuckDBValue[][]>, historyLengths: Uint32Array, visit: (user: number, first: number, second: number) => void): Promise<void> {
  const cursor = new HistoryCursor(historyLengths);
  let position = 0;
  for await (const [first, second] of stretches) {
    for (let row = 0; row < first!.length; row++) visit(cursor.userAt(position++), first![row] as number, second === undefined ? Number.NaN : (second[row] as number));
  }
}

/** Counts of answers by bin of probability; an answer is `2 * bin + response`. */
class AnswerHistogram {
  readonly #counts = new Uint32Array(2 * bins);

  add(answer: number): void {
    this.#counts[answer]!++;
  }

  count(): number {
    return this.#counts.reduce((sum, count) => sum + count, 0);
  }

  /** By Mann and Whitney, ties one half; not a number where all responses are alike. */
  areaUnderCurve(): number {
    let positives = 0;
    let negativesBelow = 0;
    let wonPairs = 0;
    for (let bin = 0; bin < bins; bin++) {
      const negatives = this.#counts[2 * bin]!;
      const positivesHere = this.#counts[2 * bin + 1]!;
      wonPairs += positivesHere * (negativesBelow + negatives / 2);
      negativesBelow += negatives;
      positives += positivesHere;
    }
    return wonPairs / (positives * negativesBelow);
  }
}
