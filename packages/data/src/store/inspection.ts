import type { DuckDBConnection } from '@duckdb/node-api';
import type { Ceiling } from './ceiling.js';
import { numbersOf } from './database.js';
import type { DatasetSummary } from './import-dataset.js';
import { distribution, textStatistics, type Distribution, type TextStatistics } from './text-statistics.js';

/** What `inspect` assumes of a run. */
export interface InspectionOptions {
  /** Interactions of a window, or of a history of impressions. Default 100, of impressions 50. */
  readonly windowLength?: number;
  /** Windows or impressions of a batch, for the estimate of R. Default 32. */
  readonly batchSize?: number;
  /** The field whose text is measured. Default: `text`, `title`, or the first field of the first item. */
  readonly textField?: string;
}

/** What `gram data inspect` prints of interactions. */
export interface Inspection extends DatasetSummary, TextStatistics {
  readonly interactionsPerItem: number;
  readonly interactionsPerUser: Distribution;
  /** Items that nobody answered. */
  readonly itemsWithoutInteractions: number;
  /** Share of responses that are 1. */
  readonly positiveRate: number;
  readonly windowLength: number;
  readonly batchSize: number;
  /** Windows of all users; those of one interaction are dropped. */
  readonly windows: number;
  /** Share of the positions of a batch that are padding, when batches of windows are drawn at random: an estimate. */
  readonly paddingShare: number;
  /** R: interactions of a batch over its unique items, an estimate: what single-step GRAM saves at most. */
  readonly interactionsPerUniqueItem: number;
  /** Users that the data set itself holds out; absent where it brings no split. */
  readonly heldOutUsers?: number;
  readonly ceiling?: Ceiling;
}

/** Batches that the estimates of padding and R are taken from. */
const sampledBatches = 32;

/** Measures a store, in DuckDB; all but its ceiling. @throws GramkitError DATA_MISMATCH for a field that no item has. */
export async function inspectStore(connection: DuckDBConnection, summary: DatasetSummary, options: InspectionOptions): Promise<Inspection> {
  const { windowLength = 100, batchSize = 32 } = options;
  const [positiveRate, itemsWithoutInteractions] = await numbersOf(connection, `SELECT (SELECT avg(response) FROM interactions),
    (SELECT count(*) FROM items WHERE "row" NOT IN (SELECT item FROM interactions))`);
  const [heldOutUsers, knownUsers] = await numbersOf(connection, 'SELECT count(*) FILTER (held_out), count(held_out) FROM users');
  return {
    ...summary,
    interactionsPerItem: summary.interactions / summary.items,
    interactionsPerUser: await distribution(connection, 'interactions', 'users'),
    itemsWithoutInteractions: itemsWithoutInteractions!,
    positiveRate: positiveRate!,
    windowLength, batchSize,
    ...(await windowStatistics(connection, windowLength, batchSize)),
    ...(await textStatistics(connection, summary.items, options.textField)),
    ...(knownUsers! > 0 ? { heldOutUsers: heldOutUsers! } : {}),
  };
}

type WindowStatistics = Pick<Inspection, 'windows' | 'paddingShare' | 'interactionsPerUniqueItem'>;

/** Windows exactly; padding and R from some batches of windows in the order of a hash. */
async function windowStatistics(connection: DuckDBConnection, windowLength: number, batchSize: number): Promise<WindowStatistics> {
  const [windows] = await numbersOf(connection, `SELECT coalesce(sum(interactions // ${windowLength} + (interactions % ${windowLength} >= 2)::INTEGER), 0) FROM users`);
  const sample = Math.min(windows!, sampledBatches * batchSize);
  if (sample === 0) return { windows: 0, paddingShare: 0, interactionsPerUniqueItem: 0 };
  const [paddingShare, ratio] = await numbersOf(connection, `
    WITH starts AS (SELECT "user", interactions, sum(interactions) OVER (ORDER BY "user") - interactions AS first FROM users),
    windows AS (
      SELECT first + w * ${windowLength} AS first, least(${windowLength}, interactions - w * ${windowLength}) AS length
      FROM (SELECT *, unnest(range((interactions + ${windowLength - 1}) // ${windowLength})) AS w FROM starts)),
    sample AS (
      SELECT *, (row_number() OVER (ORDER BY hash(first)) - 1) // ${batchSize} AS batch FROM
        (FROM windows WHERE length >= 2 ORDER BY hash(first) LIMIT ${sample})),
    positions AS (SELECT batch, (first + unnest(range(length)))::BIGINT AS position FROM sample),
    seen AS (SELECT batch, count(*) AS interactions, count(DISTINCT item) AS items FROM positions JOIN interactions ON interactions.rowid = position GROUP BY batch),
    slots AS (SELECT sum(s) AS s, sum(l) AS l FROM (SELECT max(length) * count(*) AS s, sum(length) AS l FROM sample GROUP BY batch))
    SELECT (SELECT 1 - l / s FROM slots), (SELECT avg(interactions / items) FROM seen)`);
  return { windows: windows!, paddingShare: paddingShare!, interactionsPerUniqueItem: ratio! };
}
