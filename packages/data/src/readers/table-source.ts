import { open } from 'node:fs/promises';
import { extname } from 'node:path';
import { GramkitError, isGramkitError } from '@gramkit/spec';
import type { DuckDBValue } from '@duckdb/node-api';
import { distance } from 'fastest-levenshtein';
import { firstLine, identifier, literal, rowsOf, type Database } from '../store/database.js';
import { streamColumns } from '../store/stream-columns.js';
import { missingFile, numberedLines } from './numbered-lines.js';

export const tableFormats = ['csv', 'tsv', 'jsonl', 'parquet'] as const;
export type TableFormat = (typeof tableFormats)[number];

/** How values of CSV and TSV are told apart. */
export interface Delimited {
  /** Between values of CSV; TSV has a tab. */
  readonly delimiter: string;
  /** Whether values may stand in double quotes; else a quote is a character like others. */
  readonly quotes: boolean;
  /** Whether the first line names the columns, as it does unless told otherwise; else they are `column0`, `column1` and so on. */
  readonly header?: boolean;
}

/** A file of rows with named columns, as DuckDB reads it: `sql` gives every column as text. */
export interface TableSource {
  readonly file: string;
  readonly format: TableFormat;
  readonly columns: readonly string[];
  readonly sql: string;
  /** The same with values of the file's own types, for writing them as they were: Parquet's, and JSON. */
  readonly typedSql: string;
  /** Of CSV and TSV. */
  readonly delimited?: Delimited;
}

/** The format by the ending of a file's name. @throws GramkitError CONFIGURATION_INVALID */
export function formatOf(file: string): TableFormat {
  const format = formatByEnding(file);
  if (format !== undefined) return format;
  throw new GramkitError('CONFIGURATION_INVALID', `the ending '${extname(file)}' tells no format`, { file, field: 'format', alternatives: tableFormats, fix: 'set format in the configuration of the reader' });
}

/** Undefined for an ending that is none of a table. */
export function formatByEnding(file: string): TableFormat | undefined {
  const ending = extname(file).slice(1).toLowerCase().replace('ndjson', 'jsonl');
  return tableFormats.find((known) => known === ending);
}

/**
 * Finds the columns of a file. @throws GramkitError DATA_MISSING, DATA_EMPTY, DATA_MALFORMED
 */
export async function openTable(database: Database, file: string, format: TableFormat, delimited: Delimited): Promise<TableSource> {
  await assertThere(file);
  if (format === 'jsonl') return jsonTable(database, file);
  if (format === 'parquet') {
    const source = `read_parquet(${fileLiteral(file)})`;
    const columns = await described(database, file, source);
    return { file, format, columns, typedSql: `FROM ${source}`, sql: `SELECT ${columns.map((name) => `${identifier(name)}::VARCHAR AS ${identifier(name)}`).join(', ')} FROM ${source}` };
  }
  return delimitedTable(file, format, format === 'tsv' ? { ...delimited, delimiter: '\t' } : delimited);
}

/** A path as an SQL literal in which `*`, `?` and brackets stand for themselves: DuckDB takes them for patterns. */
function fileLiteral(file: string): string {
  return literal(file.replace(/[*?[]/g, '[$&]'));
}

/**
 * @param wanted columns by what asks for them, an option of the reader unless `fix` says otherwise; undefined where none is asked for
 * @throws GramkitError DATA_MALFORMED with the nearest column there is.
 */
export function assertColumns(table: TableSource, wanted: Readonly<Record<string, string | undefined>>, fix = "name the file's own columns in the configuration of the reader"): void {
  for (const [field, name] of Object.entries(wanted)) {
    if (name === undefined || table.columns.includes(name)) continue;
    const nearest = [...table.columns].sort((a, b) => distance(a, name) - distance(b, name));
    throw new GramkitError('DATA_MALFORMED', `there is no column '${name}'; the nearest is '${nearest[0]}'`, {
      file: table.file, field, alternatives: table.columns, fix,
    });
  }
}

async function assertThere(file: string): Promise<void> {
  try {
    const handle = await open(file);
    const { size } = await handle.stat();
    await handle.close();
    if (size === 0) throw new GramkitError('DATA_EMPTY', 'the file is empty', { file, fix: 'give a file with a header and rows' });
  } catch (cause) {
    if (isGramkitError(cause)) throw cause;
    throw missingFile(file, cause);
  }
}

async function described({ connection }: Database, file: string, source: string): Promise<string[]> {
  const rows = await rowsOf(connection, `SELECT column_name FROM (DESCRIBE FROM ${source})`).catch((cause: unknown) => {
    throw tableError(file, cause);
  });
  return rows.map(([name]) => String(name));
}

/**
 * JSON lines. Read as lines and parsed one by one: DuckDB's own reader of JSON counts lines wrongly in its errors and takes
 * arrays for rows.
 */
async function jsonTable(database: Database, file: string): Promise<TableSource> {
  const lines = `(FROM read_csv(${fileLiteral(file)}, auto_detect = false, header = false, compression = 'none', columns = {line: 'VARCHAR'}, delim = '\x01', quote = '', escape = '', ${bufferSizes})
    WHERE trim(line) <> '')`;
  const inError = (cause: unknown) => {
    throw tableError(file, cause);
  };
  const keys = await rowsOf(database.connection, `SELECT DISTINCT unnest(json_keys(line)) AS key FROM (FROM ${lines} LIMIT 20480)
    WHERE json_valid(line) AND json_type(line) = 'OBJECT' ORDER BY key`).catch(inError);
  const columns = keys.map(([key]) => String(key));
  const valuesBy = (extract: string) => columns.map((name) => `${extract}(line, ${literal(jsonPointer(name))}) AS ${identifier(name)}`).join(', ');
  const table: TableSource = { file, format: 'jsonl', columns, sql: `SELECT ${valuesBy('json_extract_string')} FROM ${lines}`, typedSql: `SELECT ${valuesBy('json_extract')} FROM ${lines}` };
  const [[record]] = (await rowsOf(database.connection, `SELECT min(record) FROM (SELECT line, row_number() OVER () AS record FROM ${lines})
    WHERE NOT json_valid(line) OR json_type(line) <> 'OBJECT'`).catch(inError)) as [[string | null]];
  if (record !== null) {
    throw new GramkitError('DATA_MALFORMED', 'the line is no JSON object', { file, line: await lineOfRecord(table, Number(record)), fix: 'write one object in braces a line' });
  }
  return table;
}

/** RFC 6901: a path that takes any name, whatever characters it has. */
function jsonPointer(name: string): string {
  return `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

/** DuckDB's own buffers of 32 MB are out of proportion to what a reader may use. */
const bufferSizes = 'max_line_size = 1048576, buffer_size = 4194304';

/**
 * CSV and TSV with the columns of the header and nothing guessed: DuckDB's own detection takes a row for the header where the
 * header does not fit.
 */
async function delimitedTable(file: string, format: 'csv' | 'tsv', delimited: Delimited): Promise<TableSource> {
  const columns = firstColumns(await firstLineOf(file), delimited.header ?? true, delimited);
  const lowerCase = columns.map((name) => name.toLowerCase());
  const twice = columns.find((_, index) => lowerCase.indexOf(lowerCase[index]!) < index);
  if (twice !== undefined) throw new GramkitError('DATA_MALFORMED', `column '${twice}' is there twice`, { file, line: 1, field: twice, fix: 'rename one of them; capital letters alone do not tell columns apart' });
  const sql = delimitedSql([file], columns, delimited);
  return { file, format, columns, delimited, sql, typedSql: sql };
}

/** The column in which `joinedTable` has the file of each row. */
export const fileColumn = 'gramkit file';

/** Files of CSV or TSV with the same columns as one table, one file after another; `file` is the first one's. */
export function joinedTable(tables: readonly TableSource[]): TableSource {
  const [first] = tables;
  const sql = delimitedSql(tables.map(({ file }) => file), first!.columns, first!.delimited!);
  return { ...first!, columns: [...first!.columns, fileColumn], sql, typedSql: sql };
}

function delimitedSql(files: readonly string[], columns: readonly string[], { delimiter, quotes, header = true }: Delimited): string {
  const quote = quotes ? '"' : '';
  const types = columns.map((name) => `${identifier(name)}: 'VARCHAR'`).join(', ');
  return `FROM read_csv([${files.map(fileLiteral).join(', ')}], auto_detect = false, header = ${header}, compression = 'none', columns = {${types}}, delim = ${literal(delimiter)},
      quote = '${quote}', escape = '${quote}', strict_mode = true, ${files.length > 1 ? `filename = ${literal(fileColumn)}, ` : ''}${bufferSizes})`;
}

async function firstLineOf(file: string): Promise<string> {
  for await (const { text } of numberedLines(file)) {
    if (text.trim() !== '') return text;
    break;
  }
  throw new GramkitError('DATA_MALFORMED', 'the first line is empty, expected the names of the columns', { file, line: 1, fix: 'begin the file with a line of column names' });
}

/** Names of the columns: those of a header line, where quoted names may hold the delimiter, or by place; also a column without a name gets one by its place. */
function firstColumns(line: string, isHeader: boolean, delimited: Delimited): string[] {
  const ends: number[] = [];
  scanLine(line, false, delimited, (position) => ends.push(position));
  ends.push(line.length);
  return ends.map((end, column) => {
    const name = isHeader ? line.slice(column === 0 ? 0 : ends[column - 1]! + 1, end).trim() : '';
    return (delimited.quotes && name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name) || `column${column}`;
  });
}

/**
 * Walks over a line by RFC 4180: a quote opens a value at its start alone, and two within a quoted value are one character of it.
 * Returns whether the line ends within quotes.
 */
function scanLine(line: string, startsQuoted: boolean, { delimiter, quotes }: Delimited, onDelimiter: (position: number) => void): boolean {
  let quoted = startsQuoted;
  let mayOpen = !startsQuoted;
  for (let position = 0; position < line.length; position++) {
    const isQuote = quotes && line[position] === '"' && (quoted || mayOpen);
    const isDelimiter = !quoted && line[position] === delimiter;
    if (isDelimiter) onDelimiter(position);
    mayOpen = isDelimiter || (isQuote && quoted);
    if (isQuote) quoted = !quoted;
  }
  return quoted;
}

/** An error of DuckDB's reader of CSV with the line and the reason it names: what stands before its list of possible fixes. */
export function tableError(file: string, cause: unknown): GramkitError {
  const message = cause instanceof Error ? cause.message : String(cause);
  if (/^Out of Memory Error|No space left/.test(message)) {
    return new GramkitError('OUTPUT_UNWRITABLE', `there is no room to sort the file: ${firstLine(cause)}`, { file, cause, fix: 'free space in the temporary folder, or name another in TMPDIR' });
  }
  const line = /CSV Error on Line: (\d+)/.exec(message);
  const reason = /\n([^\n]+)\n+Possible /.exec(message)?.[1] ?? firstLine(cause);
  return new GramkitError('DATA_MALFORMED', reason, {
    file, ...(line === null ? {} : { line: Number(line[1]) }), cause,
    fix: 'every row needs a value for each column of the header, quotes that close, and the same end of line; where quotes are plain characters set quotes: false',
  });
}

/**
 * The line on which a record begins, both one-based, for messages: a record may span lines, and empty lines count for none.
 * Undefined for Parquet, which has no lines.
 */
export async function lineOfRecord({ file, format, columns, delimited }: TableSource, record: number): Promise<number | undefined> {
  if (format === 'parquet') return undefined;
  const wanted = delimited === undefined || delimited.header === false ? record : record + 1;
  let seen = 0;
  let quoted = false;
  for await (const { number, text } of numberedLines(file)) {
    // Where there is but one column an empty line is a record: one whose value is missing.
    const isRecord = text.trim() !== '' || (delimited !== undefined && columns.length === 1);
    if (!quoted && isRecord && ++seen === wanted) return number;
    if (delimited !== undefined) quoted = scanLine(text, quoted, delimited, () => {});
  }
  return undefined;
}

/** A query's rows, errors of the file's format told with their line. */
export async function* rowsOfTable(table: TableSource, { connection }: Database, sql: string): AsyncGenerator<DuckDBValue[][]> {
  try {
    yield* streamColumns(connection, sql);
  } catch (cause) {
    throw isGramkitError(cause) ? cause : tableError(table.file, cause);
  }
}

/** The error of a record, with its line where the file has lines. */
export async function malformedRecord(table: TableSource, record: number, field: string, message: string, fix: string): Promise<GramkitError> {
  const line = await lineOfRecord(table, record);
  return new GramkitError('DATA_MALFORMED', line === undefined ? `row ${record}: ${message}` : message, { file: table.file, ...(line === undefined ? {} : { line }), field, fix });
}
