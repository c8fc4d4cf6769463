import type { DuckDBConnection } from '@duckdb/node-api';
import type { Ceiling } from './ceiling.js';
import { numbersOf } from './database.js';
import type { DatasetSummary } from './import-dataset.js';
import type { InspectionOptions } from './inspection.js';
import { optionalImpressionColumnsOf } from './schema.js';
import { distribution, textStatistics, type Distribution, type TextStatistics } from './text-statistics.js';

/** What `gram data inspect` prints of impressions. */
export interface ImpressionInspection extends DatasetSummary, TextStatistics {
  readonly impressionsPerUser: Distribution;
  /** Clicks before an impression. */
  readonly historyLength: Distribution;
  readonly candidatesPerImpression: Distribution;
  /** Histories that are stored: those that follow one another with the same one of the same user count once. */
  readonly differentHistories: number;
  /** Share of the candidates that are clicked. */
  readonly clickRate: number;
  readonly impressionsWithoutClick: number;
  /** Impressions of which everything was clicked: there is nothing to tell their clicks from. */
  readonly impressionsAllClicked: number;
  /** Items that no impression shows and no history has. */
  readonly itemsNeverMet: number;
  /** Longest history of a row of a batch. */
  readonly windowLength: number;
  readonly batchSize: number;
  /** Share of the positions of a batch's histories that are padding, when batches are drawn at random: an estimate. */
  readonly paddingShare: number;
  /** R: items of a training batch (histories, clicked and four others each) over its unique items, an estimate: what single-step GRAM saves at most. */
  readonly interactionsPerUniqueItem: number;
  /** Impressions that the data set itself holds out; absent where it brings no split of them. */
  readonly heldOutImpressions?: number;
  readonly ceiling?: Ceiling;
}

const longestHistory = 50;
const negatives = 4;
/** Batches that the estimates of padding and R are taken from. */
const sampledBatches = 32;

/** Measures a store of impressions, in DuckDB; all but its ceiling. @throws GramkitError DATA_MISMATCH for a field that no item has. */
export async function inspectImpressions(connection: DuckDBConnection, summary: DatasetSummary, options: InspectionOptions): Promise<ImpressionInspection> {
  const { windowLength = longestHistory, batchSize = 32 } = options;
  const [differentHistories, itemsNeverMet] = await numbersOf(connection, `SELECT (SELECT max(history) + 1 FROM impressions),
    (SELECT count(*) FROM items WHERE "row" NOT IN (SELECT item FROM candidates) AND "row" NOT IN (SELECT item FROM history_items))`);
  const [clickRate, withoutClick, allClicked] = await numbersOf(connection, `SELECT sum(clicks) / sum(shown), count(*) FILTER (clicks = 0), count(*) FILTER (clicks = shown)
    FROM (SELECT sum(response) AS clicks, count(*) AS shown FROM candidates GROUP BY impression)`);
  const { heldOut } = await optionalImpressionColumnsOf(connection);
  return {
    ...summary,
    impressionsPerUser: await distribution(connection, 'interactions', 'users'),
    historyLength: await distribution(connection, 'history_length', 'impressions'),
    candidatesPerImpression: await distribution(connection, 'candidates', 'impressions'),
    differentHistories: differentHistories!,
    clickRate: clickRate!,
    impressionsWithoutClick: withoutClick!,
    impressionsAllClicked: allClicked!,
    itemsNeverMet: itemsNeverMet!,
    windowLength, batchSize,
    ...(await batchStatistics(connection, windowLength, batchSize)),
    ...(await textStatistics(connection, summary.items, options.textField)),
    ...(heldOut ? { heldOutImpressions: (await numbersOf(connection, 'SELECT count(*) FILTER (held_out) FROM impressions'))[0]! } : {}),
  };
}

/** Padding and R from some batches of samples in the order of a hash. */
async function batchStatistics(connection: DuckDBConnection, windowLength: number, batchSize: number): Promise<Pick<ImpressionInspection, 'paddingShare' | 'interactionsPerUniqueItem'>> {
  const [paddingShare, ratio] = await numbersOf(connection, `
    WITH sample AS (
      SELECT impression, item, (row_number() OVER (ORDER BY hash(place)) - 1) // ${batchSize} AS batch FROM
        (SELECT impression, item, rowid AS place FROM candidates WHERE response = 1 ORDER BY hash(place) LIMIT ${sampledBatches * batchSize})),
    rows AS (SELECT sample.*, i.history, least(i.history_length, ${windowLength}) AS length FROM sample JOIN (SELECT *, rowid AS number FROM impressions) AS i ON i.number = sample.impression),
    latest AS (
      SELECT history, item FROM (SELECT history, item, row_number() OVER (PARTITION BY history ORDER BY rowid DESC) AS age FROM history_items WHERE history IN (SELECT history FROM rows))
      WHERE age <= ${windowLength}),
    others AS (
      SELECT impression, item FROM (SELECT impression, item, row_number() OVER (PARTITION BY impression ORDER BY hash(rowid)) AS rank FROM candidates
        WHERE response = 0 AND impression IN (SELECT impression FROM rows)) WHERE rank <= ${negatives}),
    met AS (
      SELECT batch, item FROM rows UNION ALL SELECT batch, latest.item FROM rows JOIN latest USING (history) UNION ALL SELECT batch, others.item FROM rows JOIN others USING (impression)),
    slots AS (SELECT sum(s) AS s, sum(l) AS l FROM (SELECT max(length) * count(*) AS s, sum(length) AS l FROM rows GROUP BY batch))
    SELECT (SELECT CASE WHEN s = 0 THEN 0 ELSE 1 - l / s END FROM slots), (SELECT avg(items / differents) FROM (SELECT count(*) AS items, count(DISTINCT item) AS differents FROM met GROUP BY batch))`);
  return { paddingShare: paddingShare!, interactionsPerUniqueItem: ratio! };
}
