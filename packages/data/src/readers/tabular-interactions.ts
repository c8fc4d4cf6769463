import type { InteractionChunk } from '@gramkit/spec';
import type { DuckDBValue } from '@duckdb/node-api';
import { identifier, literal, type Database } from '../store/database.js';
import type { LeftOut } from './left-out.js';
import { assertColumns, fileColumn, malformedRecord, rowsOfTable, type TableSource } from './table-source.js';
import { responseColumn, type TabularOptions } from './tabular-options.js';
import { flagOf, isBlank, timeOf } from './tabular-values.js';

/** The items that interactions may name: each with its right answer, null where answers are not compared. */
export interface Catalogue {
  readonly file: string;
  readonly answers: ReadonlyMap<string, string | null>;
}

/** Columns that one query gives of every interaction, in this order. */
interface Stretch {
  readonly users: readonly DuckDBValue[];
  readonly items: readonly DuckDBValue[];
  readonly responses: readonly DuckDBValue[];
  readonly records: readonly DuckDBValue[];
  readonly times: readonly DuckDBValue[];
  readonly heldOut: readonly DuckDBValue[];
  readonly probabilities: readonly DuckDBValue[];
  /** Text of the lengths of a row's lists where they are unlike, else null. */
  readonly unlike: readonly DuckDBValue[];
}

/**
 * The interactions of a table. Without a time they come as they stand in the file; with one, users come by first appearance and a user's by time,
 * ties as they stand.
 * @param userOf the user of a file, where no column tells; the table is then one of a file, or of `joinedTable`
 * @throws GramkitError DATA_MALFORMED with file and line.
 */
export async function* interactionsOfTable(table: TableSource, database: Database, options: TabularOptions, catalogue: Catalogue, leftOut: LeftOut, userOf?: (file: string) => string): AsyncGenerator<InteractionChunk> {
  const { user: userColumn, item, time, heldOut, probability } = options.columns;
  assertColumns(table, {
    'columns.user': userOf === undefined ? userColumn : undefined,
    'columns.item': item,
    'columns.response': responseColumn(options),
    'columns.time': time,
    'columns.heldOut': heldOut,
    'columns.probability': probability,
  });
  for await (const [users, items, responses, records, times, flags, probabilities, unlike] of rowsOfTable(table, database, queryOf(table, options, userOf !== undefined))) {
    const stretch = { users: userOf === undefined ? users! : users!.map((file) => userOf(file as string)), items: items!, responses: responses!, records: records!, times: times!, heldOut: flags!, probabilities: probabilities!, unlike: unlike! };
    yield await chunkOf(stretch, table, options, catalogue, leftOut);
  }
}

/** One interaction a row, with the number of the record it stands in. */
function queryOf(table: TableSource, options: TabularOptions, isUserFile: boolean): string {
  const { columns: { user: userColumn, item, time, heldOut, probability }, paddingItem } = options;
  const optional = (column: string | undefined) => (column === undefined ? 'NULL' : identifier(column));
  const user = isUserFile ? (table.columns.includes(fileColumn) ? identifier(fileColumn) : literal(table.file)) : identifier(userColumn);
  const read = `SELECT ${user} AS u, ${identifier(item)} AS i, ${optional(responseColumn(options))} AS r,
    (row_number() OVER ())::DOUBLE AS record, ${optional(time)} AS t, ${optional(heldOut)} AS h, ${optional(probability)} AS p FROM (${table.sql})`;
  const each = options.itemSeparator === undefined ? `SELECT *, NULL AS unlike, 0 AS place FROM (${read})` : expanded(read, options);
  const kept = paddingItem === undefined ? each : `FROM (${each}) WHERE i IS DISTINCT FROM ${literal(paddingItem)}`;
  const typed = `SELECT u, i, r, record, ${time === undefined ? 'NULL' : timeOf('t')} AS t, h, TRY_CAST(p AS DOUBLE) AS p, unlike, place FROM (${kept})`;
  const wanted = 'u, i, r, record, t, h, p, unlike';
  if (time === undefined) return `SELECT ${wanted} FROM (${typed})`;
  return `WITH typed AS MATERIALIZED (${typed}), firsts AS (SELECT u, min(record) AS first FROM typed GROUP BY u)
    SELECT ${wanted.split(', ').map((name) => `typed.${name}`).join(', ')} FROM typed LEFT JOIN firsts ON typed.u = firsts.u ORDER BY first, t, record, place`;
}

/** A row of several interactions as so many rows. Lists that are shorter than others end in nulls; `unlike` tells. */
function expanded(read: string, options: TabularOptions): string {
  const { itemSeparator, columns: { time, probability } } = options;
  const separator = itemSeparator!;
  const split = separator.trim() === '' ? (column: string) => `string_split_regex(trim(${column}, e' \\t\\r\\n'), '\\s+')` : (column: string) => `list_transform(string_split(${column}, ${literal(separator)}), lambda v: trim(v))`;
  const listed = (column: string) => `CASE WHEN trim(${column}) = '' THEN [] ELSE ${split(column)} END`;
  const lists: readonly (readonly [name: string, present: boolean])[] = [['i', true], ['r', responseColumn(options) !== undefined], ['t', time !== undefined], ['p', probability !== undefined]];
  const present = lists.flatMap(([name, isPresent]) => (isPresent ? [name] : []));
  const lengths = present.slice(1).map((name) => `len(${name}) <> len(i)`).join(' OR ');
  return `SELECT u, ${lists.map(([name, isPresent]) => `${isPresent ? `unnest(${name})` : 'NULL'} AS ${name}`).join(', ')}, record, h, unnest(range(len(i))) AS place,
    ${lengths === '' ? 'NULL' : `CASE WHEN ${lengths} THEN ${present.map((name) => `len(${name})`).join(` || ', ' || `)} END`} AS unlike
    FROM (SELECT u, record, h, ${lists.map(([name, isPresent]) => `${isPresent ? listed(name) : 'NULL'} AS ${name}`).join(', ')} FROM (${read}))`;
}

async function chunkOf(stretch: Stretch, table: TableSource, options: TabularOptions, catalogue: Catalogue, leftOut: LeftOut): Promise<InteractionChunk> {
  const { columns } = options;
  const [userIds, itemIds, responses, times, heldOut, probabilities]: [string[], string[], number[], number[], number[], number[]] = [[], [], [], [], [], []];
  for (let row = 0; row < stretch.users.length; row++) {
    const found = checkRow(stretch, row, options, catalogue);
    if ('problem' in found) throw await malformedRecord(table, Number(stretch.records[row]), found.field, found.problem, found.fix);
    if ('leftOut' in found) {
      leftOut.add(found.leftOut);
      continue;
    }
    userIds.push(stretch.users[row] as string);
    itemIds.push(stretch.items[row] as string);
    responses.push(found.response);
    if (columns.time !== undefined) times.push(stretch.times[row] as number);
    if (columns.heldOut !== undefined) heldOut.push(flagOf(stretch.heldOut[row]!)!);
    if (columns.probability !== undefined) probabilities.push(stretch.probabilities[row] as number);
  }
  return {
    userIds, itemIds, responses: Uint8Array.from(responses),
    ...(columns.time === undefined ? {} : { times: Float64Array.from(times) }),
    ...(columns.heldOut === undefined ? {} : { heldOut: Uint8Array.from(heldOut) }),
    ...(columns.probability === undefined ? {} : { probabilities: Float32Array.from(probabilities) }),
  };
}

type Checked = { readonly response: 0 | 1 } | { readonly leftOut: string } | { readonly problem: string; readonly field: string; readonly fix: string };

function checkRow(stretch: Stretch, row: number, options: TabularOptions, catalogue: Catalogue): Checked {
  const { columns, itemSeparator } = options;
  const fail = (field: string, problem: string, fix: string): Checked => ({ field, problem, fix });
  const [user, item, unlike] = [stretch.users[row]!, stretch.items[row]!, stretch.unlike[row]!];
  if (isBlank(user)) return fail(columns.user, 'the user is missing', 'give every interaction a user');
  if (unlike !== null) return fail(columns.item, `the lists of the row have unlike lengths: ${String(unlike)}`, `give as many responses, times and probabilities as items, separated by '${itemSeparator!}'`);
  if (isBlank(item)) return fail(columns.item, 'the item is missing', 'give every interaction an item');
  const answer = catalogue.answers.get(item as string);
  if (answer === undefined) {
    if (options.unknownItems === 'drop') return { leftOut: 'interactions whose item is not among the items' };
    return fail(columns.item, `item '${String(item)}' is not in ${catalogue.file}`, "add the item there, correct its id, or set unknownItems to 'drop'");
  }
  if (columns.time !== undefined && !Number.isFinite(stretch.times[row])) return fail(columns.time, 'the time is no number and no date', 'write a number or a date such as 2026-01-31 12:00:00');
  if (columns.heldOut !== undefined && flagOf(stretch.heldOut[row]!) === undefined) return fail(columns.heldOut, `is ${quoted(stretch.heldOut[row]!)}, expected 0, 1, true or false`, 'correct it');
  if (columns.probability !== undefined && !isProbability(stretch.probabilities[row]!)) return fail(columns.probability, 'is no probability', 'write a number from 0 to 1');
  return checkResponse(stretch.responses[row]!, answer, options);
}

function checkResponse(value: DuckDBValue, answer: string | null, options: TabularOptions): Checked {
  const column = responseColumn(options);
  if (column === undefined) return { response: 1 };
  if (isBlank(value)) {
    if (options.missingResponses === 'drop') return { leftOut: 'interactions without a response' };
    return { field: column, problem: 'the response is missing', fix: "give every interaction a response, or set missingResponses to 'drop'" };
  }
  const response = responseOf(value as string, answer, options);
  if (response === undefined) return { field: column, problem: `the response is ${quoted(value)}, expected 0, 1, true or false`, fix: 'correct it, or say by correctValues which values are correct' };
  return options.task === 'recommendation' && response === 0 ? { leftOut: 'interactions that are no clicks' } : { response };
}

function responseOf(value: string, answer: string | null, { correctValues, correctAnswer }: TabularOptions): 0 | 1 | undefined {
  if (correctAnswer !== undefined) return value.trim() === answer!.trim() ? 1 : 0;
  if (correctValues !== undefined) return correctValues.includes(value.trim()) ? 1 : 0;
  return flagOf(value);
}

function isProbability(value: DuckDBValue): boolean {
  return typeof value === 'number' && value >= 0 && value <= 1;
}

function quoted(value: DuckDBValue): string {
  return value === null ? 'missing' : `'${String(value)}'`;
}
