import type { DuckDBConnection } from '@duckdb/node-api';
import { numbersOf } from './database.js';
import { optionalColumnsOf } from './schema.js';

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

const heldOutInteractions = 'interactions JOIN users USING ("user") WHERE held_out';
const seenItems = 'SELECT DISTINCT item FROM interactions JOIN users USING ("user") WHERE NOT held_out';

/** The ceiling of a generated set; undefined where true probabilities or the data set's own split are not known. */
export async function ceilingOf(connection: DuckDBConnection): Promise<Ceiling | undefined> {
  if (!(await optionalColumnsOf(connection)).probability) return undefined;
  const [auc, interactions] = await areaUnderCurve(connection, heldOutInteractions);
  if (interactions === 0) return undefined;
  const [unseenAuc, unseenInteractions] = await areaUnderCurve(connection, `${heldOutInteractions} AND item NOT IN (${seenItems})`);
  return { auc, unseenAuc, interactions, unseenInteractions };
}

/** AUC by Mann and Whitney, ties one half, and the number of interactions. */
async function areaUnderCurve(connection: DuckDBConnection, source: string): Promise<[number, number]> {
  const [auc, interactions] = await numbersOf(connection, `
    WITH histogram AS (
      SELECT floor(probability * ${bins}) AS bin, sum(response)::DOUBLE AS positives, count(*)::DOUBLE - sum(response) AS negatives FROM ${source} GROUP BY bin
    ), ranked AS (
      SELECT positives, negatives, sum(negatives) OVER (ORDER BY bin) - negatives AS below FROM histogram
    )
    SELECT sum(positives * (below + negatives / 2)) / (sum(positives) * sum(negatives)), coalesce(sum(positives + negatives), 0) FROM ranked`);
  return [auc!, interactions!];
}
