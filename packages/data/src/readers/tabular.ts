import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { definePlugin, GramkitError, specificationVersion, tokens, type DatasetReader, type InteractionChunk, type ItemContent } from '@gramkit/spec';
import type { DuckDBValue } from '@duckdb/node-api';
import { z } from 'zod';
import { identifier, openDatabase, type Database } from '../store/database.js';
import { streamColumns } from '../store/stream-columns.js';
import { fingerprintFiles } from './fingerprint-files.js';
import { flagOf, isBlank, timeOf } from './tabular-values.js';
import { assertColumns, formatOf, lineOfRecord, openTable, tableError, tableFormats, type Delimited, type TableFormat, type TableSource } from './table-source.js';

const path = (what: string) => z.string().describe(`${what}: CSV, TSV, JSONL or Parquet; a relative path starts from the folder of the configuration.`);
const format = z.enum(tableFormats).optional().describe("The file's format, where its ending does not tell.");

export const tabularOptions = z.strictObject({
  interactions: path('File of interactions'),
  items: path('File of items'),
  interactionsFormat: format,
  itemsFormat: format,
  delimiter: z.string().length(1).default(',').describe('What stands between the values of CSV files.'),
  quotes: z.boolean().default(true).describe('Whether values of CSV and TSV may stand in double quotes; false where a quote is a character like others.'),
  columns: z.strictObject({
    user: z.string().default('user').describe('Column of the user id.'),
    item: z.string().default('item').describe('Column of the item id.'),
    response: z.string().default('response').describe('Column of the response: 0, 1, true or false.'),
    time: z.string().optional().describe("Column of a number or date by which a user's interactions are ordered; else the order of rows counts."),
    heldOut: z.string().optional().describe("Column that is 1 or true for users held out for testing: the data set's own split."),
    probability: z.string().optional().describe('Column of the true probability of a response of 1, in generated data.'),
  }).prefault({}).describe('Columns of the file of interactions.'),
  id: z.string().default('id').describe('Column of the item id in the file of items.'),
  fields: z.record(z.string().min(1), z.string().min(1)).refine((fields) => Object.keys(fields).length > 0, 'name at least one field').default({ text: 'text' })
    .describe('Named fields of an item, each with its column in the file of items. Every item needs a text in one of them.'),
});

export type TabularOptions = z.output<typeof tabularOptions>;

/** Memory for sorting a file by time; more goes to disk. */
const sortingMemory = '256MB';

/** Interactions and items from files with named columns, read by DuckDB. */
export function createTabularReader(options: TabularOptions, baseDirectory: string): DatasetReader {
  const interactionsFile = resolve(baseDirectory, options.interactions);
  const itemsFile = resolve(baseDirectory, options.items);
  const content = [options.interactionsFormat ?? null, options.itemsFormat ?? null, options.delimiter, options.quotes, options.columns, options.id, options.fields];
  const items = () => withTable(itemsFile, options.itemsFormat, options, (table, database) => readItems(table, database, options));
  return {
    specificationVersion, kind: 'reader', name: 'tabular', task: 'knowledge-tracing',
    fingerprint: () => fingerprintFiles([interactionsFile, itemsFile], ['tabular 1', ...content]),
    items,
    async *interactions(): AsyncGenerator<InteractionChunk> {
      const catalogue = { file: itemsFile, ids: await idsOf(items()) };
      yield* withTable(interactionsFile, options.interactionsFormat, options, (table, database) => readInteractions(table, database, options.columns, catalogue));
    },
    dispose: () => {},
  };
}

/** Opens a file in a database of its own, which is gone when the reader is done with it. */
async function* withTable<Value>(file: string, format: TableFormat | undefined, delimited: Delimited, read: (table: TableSource, database: Database) => AsyncGenerator<Value>): AsyncGenerator<Value> {
  const spillDirectory = join(tmpdir(), `gramkit-tabular-${randomUUID()}`);
  const database = await openDatabase(undefined, { memoryLimit: sortingMemory, spillDirectory });
  try {
    yield* read(await openTable(database, file, format ?? formatOf(file), delimited), database);
  } finally {
    database.close();
    await rm(spillDirectory, { recursive: true, force: true });
  }
}

/** A query's rows, errors of the file's format told with their line. */
async function* rowsOfTable(table: TableSource, { connection }: Database, sql: string): AsyncGenerator<DuckDBValue[][]> {
  try {
    yield* streamColumns(connection, sql);
  } catch (cause) {
    throw cause instanceof GramkitError ? cause : tableError(table.file, cause);
  }
}

async function* readItems(table: TableSource, database: Database, { id, fields }: TabularOptions): AsyncGenerator<ItemContent[]> {
  assertColumns(table, [id, ...Object.values(fields)]);
  const names = Object.keys(fields);
  const seen = new Set<string>();
  const sql = `SELECT ${[id, ...Object.values(fields)].map(identifier).join(', ')} FROM (${table.sql})`;
  for await (const [ids, ...texts] of rowsOfTable(table, database, sql)) {
    const items: ItemContent[] = [];
    for (let row = 0; row < ids!.length; row++) {
      const own = ids![row] as string | null;
      const fail = (column: string, message: string, fix: string) => malformed(table, seen.size + 1, column, message, fix);
      if (isBlank(own)) throw await fail(id, 'the id is missing', 'give every item an id');
      if (seen.has(own)) throw await fail(id, `item '${own}' is there twice`, 'give every item an id of its own');
      if (texts.every((text) => isBlank(text[row]!))) throw await fail(Object.values(fields).join(', '), `item '${own}' has no text`, 'give the item a text, or remove it');
      seen.add(own);
      items.push({ id: own, fields: Object.fromEntries(names.map((name, field) => [name, (texts[field]![row] ?? '') as string])) });
    }
    yield items;
  }
}

async function idsOf(items: AsyncIterable<readonly ItemContent[]>): Promise<Set<string>> {
  const ids = new Set<string>();
  for await (const stretch of items) stretch.forEach(({ id }) => ids.add(id));
  return ids;
}

type Columns = TabularOptions['columns'];

/** The ids of the items, and the file they stand in. */
interface Catalogue {
  readonly file: string;
  readonly ids: ReadonlySet<string>;
}

async function* readInteractions(table: TableSource, database: Database, columns: Columns, catalogue: Catalogue): AsyncGenerator<InteractionChunk> {
  assertColumns(table, Object.values(columns));
  for await (const [users, items, responses, records, times, heldOut, probabilities] of rowsOfTable(table, database, interactionsQuery(table, columns))) {
    const count = users!.length;
    const at = (row: number) => Number(records![row]);
    const fail = (row: number, column: string, message: string, fix: string) => malformed(table, at(row), column, message, fix);
    for (let row = 0; row < count; row++) {
      if (isBlank(users![row]!)) throw await fail(row, columns.user, 'the user is missing', 'give every interaction a user');
      if (isBlank(items![row]!)) throw await fail(row, columns.item, 'the item is missing', 'give every interaction an item');
      if (!catalogue.ids.has(items![row] as string)) throw await fail(row, columns.item, `item ${quoted(items![row]!)} is not in ${catalogue.file}`, 'add the item there, or correct its id');
      if (flagOf(responses![row]!) === undefined) throw await fail(row, columns.response, `the response is ${quoted(responses![row]!)}, expected 0, 1, true or false`, 'correct it');
      if (columns.time !== undefined && !Number.isFinite(times![row])) throw await fail(row, columns.time, 'the time is no number and no date', 'write a number or a date such as 2026-01-31 12:00:00');
      if (columns.heldOut !== undefined && flagOf(heldOut![row]!) === undefined) throw await fail(row, columns.heldOut, `is ${quoted(heldOut![row]!)}, expected 0, 1, true or false`, 'correct it');
      if (columns.probability !== undefined && !isProbability(probabilities![row]!)) throw await fail(row, columns.probability, 'is no probability', 'write a number from 0 to 1');
    }
    yield {
      userIds: users as string[],
      itemIds: items as string[],
      responses: Uint8Array.from(responses!, (value) => flagOf(value)!),
      ...(columns.time === undefined ? {} : { times: Float64Array.from(times as number[]) }),
      ...(columns.heldOut === undefined ? {} : { heldOut: Uint8Array.from(heldOut!, (value) => flagOf(value)!) }),
      ...(columns.probability === undefined ? {} : { probabilities: Float32Array.from(probabilities as number[]) }),
    };
  }
}

/**
 * Rows with the number of their record. Without a time they come as they stand in the file; with one, users come by first
 * appearance and a user's rows by time, ties by record.
 */
function interactionsQuery(table: TableSource, columns: Columns): string {
  const time = columns.time === undefined ? 'NULL' : timeOf(identifier(columns.time));
  const optional = (column: string | undefined) => (column === undefined ? 'NULL' : identifier(column));
  const numbered = `SELECT ${identifier(columns.user)} AS u, ${identifier(columns.item)} AS i, ${identifier(columns.response)} AS r,
    (row_number() OVER ())::DOUBLE AS record, ${time} AS t, ${optional(columns.heldOut)} AS h, TRY_CAST(${optional(columns.probability)} AS DOUBLE) AS p FROM (${table.sql})`;
  if (columns.time === undefined) return numbered;
  return `WITH numbered AS MATERIALIZED (${numbered}), firsts AS (SELECT u, min(record) AS first FROM numbered GROUP BY u)
    SELECT numbered.* FROM numbered LEFT JOIN firsts ON numbered.u = firsts.u ORDER BY first, t, record`;
}

function isProbability(value: DuckDBValue): boolean {
  return typeof value === 'number' && value >= 0 && value <= 1;
}

function quoted(value: DuckDBValue): string {
  return value === null ? 'missing' : `'${String(value)}'`;
}

async function malformed(table: TableSource, record: number, field: string, message: string, fix: string): Promise<GramkitError> {
  const line = await lineOfRecord(table, record);
  return new GramkitError('DATA_MALFORMED', line === undefined ? `row ${record}: ${message}` : message, { file: table.file, ...(line === undefined ? {} : { line }), field, fix });
}

export default definePlugin({
  specificationVersion,
  kind: 'reader',
  name: 'tabular',
  description: 'Reads interactions and items from CSV, TSV, JSONL or Parquet files with named columns.',
  task: 'knowledge-tracing',
  options: tabularOptions,
  dependencies: { baseDirectory: tokens.baseDirectory },
  create: ({ options, baseDirectory }) => createTabularReader(options, baseDirectory),
});
