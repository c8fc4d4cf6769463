import type { DuckDBConnection, DuckDBValue } from '@duckdb/node-api';
import type { DatasetSummary } from './import-dataset.js';
import { optionalColumnsOf } from './schema.js';
import { scanTable } from './stream-columns.js';

/** What a model that knew the students could reach at best, on the interactions that the data set itself holds out. */
export interface Ceiling {
  /** AUC of the true probabilities. */
  readonly auc: number;
  /** The same on items without an interaction in training; not a number where there are none. */
  readonly unseenAuc: number;
  readonly interactions: number;
  readonly unseenInteractions: number;
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
export async function ceilingOf(connection: DuckDBConnection, summary: DatasetSummary, heldOut: Uint8Array | undefined): Promise<Ceiling | undefined> {
  if (!heldOut?.includes(1) || !(await optionalColumnsOf(connection)).probability) return undefined;
  const scan = (columns: string) => scanTable(connection, columns, 'interactions', summary.interactions);
  const seen = await itemsInTraining(scan('"user", item'), heldOut, summary.items);
  const all = new AnswerHistogram();
  const unseen = new AnswerHistogram();
  for await (const [users, items, answers] of scan(`"user", item, (2 * least(floor(probability * ${bins}), ${bins - 1}) + response)::UINTEGER`)) {
    for (let row = 0; row < users!.length; row++) {
      if (heldOut[users![row] as number] === 0) continue;
      all.add(answers![row] as number);
      if (seen[items![row] as number] === 0) unseen.add(answers![row] as number);
    }
  }
  return { auc: all.areaUnderCurve(), unseenAuc: unseen.areaUnderCurve(), interactions: all.count(), unseenInteractions: unseen.count() };
}

/** uint8 `[items]`: 1 where a user who is not held out has the item. */
async function itemsInTraining(rows: AsyncIterable<DuckDBValue[][]>, heldOut: Uint8Array, itemCount: number): Promise<Uint8Array> {
  const seen = new Uint8Array(itemCount);
  for await (const [users, items] of rows) {
    for (let row = 0; row < users!.length; row++) if (heldOut[users![row] as number] === 0) seen[items![row] as number] = 1;
  }
  return seen;
}

/** Counts of answers by bin of probability; an answer is `2 * bin + response`. */
class AnswerHistogram {
  readonly #counts = new Float64Array(2 * bins);

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
