import type { DuckDBConnection } from '@duckdb/node-api';
import { GramkitError, type ItemContent } from '@gramkit/spec';
import type { Ceiling } from './ceiling.js';
import { literal, numbersOf, rowsOf } from './database.js';
import type { DatasetSummary } from './import-dataset.js';
import { readItems } from './items.js';

/** What `inspect` assumes of a run. */
export interface InspectionOptions {
  /** Interactions of a window. Default 100. */
  readonly windowLength?: number;
  /** Windows of a batch, for the estimate of R. Default 32. */
  readonly batchSize?: number;
  /** The field whose text is measured. Default: `text`, or the first field of the first item. */
  readonly textField?: string;
}

/** Quartiles of a length. */
export interface Distribution {
  readonly minimum: number;
  readonly median: number;
  readonly mean: number;
  readonly maximum: number;
}

/** What `gram data inspect` prints. */
export interface Inspection extends DatasetSummary {
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
  readonly textField: string;
  readonly textCharacters: Distribution;
  readonly textWords: Distribution;
  readonly itemsWithoutText: number;
  /** Users that the data set itself holds out; absent where it brings no split. */
  readonly heldOutUsers?: number;
  readonly ceiling?: Ceiling;
  readonly examples: readonly ItemContent[];
}

const exampleCount = 3;
/** Batches that the estimates of padding and R are taken from. */
const sampledBatches = 32;

/** Measures a store, in DuckDB; all but its ceiling. @throws GramkitError DATA_MISMATCH for a field that no item has. */
export async function inspectStore(connection: DuckDBConnection, summary: DatasetSummary, options: InspectionOptions): Promise<Inspection> {
  const { windowLength = 100, batchSize = 32 } = options;
  const examples = await readItems(connection, Math.min(exampleCount, summary.items));
  const textField = options.textField ?? ('text' in examples[0]!.fields ? 'text' : Object.keys(examples[0]!.fields)[0] ?? 'text');
  await assertField(connection, textField);
  const [positiveRate, itemsWithoutInteractions] = await numbersOf(connection, `SELECT (SELECT avg(response) FROM interactions),
    (SELECT count(*) FROM items WHERE "row" NOT IN (SELECT item FROM interactions))`);
  const [heldOutUsers, knownUsers] = await numbersOf(connection, 'SELECT count(*) FILTER (held_out), count(held_out) FROM users');
  const [itemsWithoutText] = await numbersOf(connection, `SELECT count(*) FROM items WHERE coalesce(trim(fields[${literal(textField)}]), '') = ''`);
  return {
    ...summary,
    interactionsPerItem: summary.interactions / summary.items,
    interactionsPerUser: await distribution(connection, 'interactions', 'users'),
    itemsWithoutInteractions: itemsWithoutInteractions!,
    positiveRate: positiveRate!,
    windowLength, batchSize,
    ...(await windowStatistics(connection, windowLength, batchSize)),
    textField,
    textCharacters: await distribution(connection, `length(coalesce(fields[${literal(textField)}], ''))`, 'items'),
    textWords: await distribution(connection, `len(list_filter(string_split_regex(coalesce(fields[${literal(textField)}], ''), '\\s+'), lambda w: w <> ''))`, 'items'),
    itemsWithoutText: itemsWithoutText!,
    ...(knownUsers! > 0 ? { heldOutUsers: heldOutUsers! } : {}),
    examples,
  };
}

async function assertField(connection: DuckDBConnection, field: string): Promise<void> {
  const names = (await rowsOf(connection, 'SELECT DISTINCT unnest(map_keys(fields)) AS name FROM items ORDER BY name')).map(([name]) => String(name));
  if (names.includes(field)) return;
  throw new GramkitError('DATA_MISMATCH', `no item has a field '${field}'`, { field, alternatives: names, fix: 'name one of the fields there are' });
}

async function distribution(connection: DuckDBConnection, value: string, table: string): Promise<Distribution> {
  const [minimum, median, mean, maximum] = await numbersOf(connection, `SELECT min(v), approx_quantile(v, 0.5), avg(v), max(v) FROM (SELECT ${value} AS v FROM ${table})`);
  return { minimum: minimum!, median: median!, mean: mean!, maximum: maximum! };
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
