import { open } from 'node:fs/promises';
import { extname } from 'node:path';
import { GramkitError } from '@gramkit/spec';
import { distance } from 'fastest-levenshtein';
import { firstLine, identifier, literal, rowsOf, type Database } from '../store/database.js';
import { missingFile, numberedLines } from './numbered-lines.js';

export const tableFormats = ['csv', 'tsv', 'jsonl', 'parquet'] as const;
export type TableFormat = (typeof tableFormats)[number];

/** A file of rows with named columns, as DuckDB reads it: `sql` gives every column as text. */
export interface TableSource {
  readonly file: string;
  readonly format: TableFormat;
  readonly columns: readonly string[];
  readonly sql: string;
}

/** The format by the ending of a file's name. @throws GramkitError CONFIGURATION_INVALID */
export function formatOf(file: string): TableFormat {
  const ending = extname(file).slice(1).toLowerCase().replace('ndjson', 'jsonl');
  const format = tableFormats.find((known) => known === ending);
  if (format !== undefined) return format;
  throw new GramkitError('CONFIGURATION_INVALID', `the ending '${ending}' tells no format`, { file, field: 'format', alternatives: tableFormats, fix: 'set format in the configuration of the reader' });
}

/**
 * Finds the columns of a file. @throws GramkitError DATA_MISSING, DATA_EMPTY, DATA_MALFORMED
 */
export async function openTable(database: Database, file: string, format: TableFormat): Promise<TableSource> {
  await assertThere(file);
  if (format === 'jsonl') return jsonTable(database, file);
  if (format === 'parquet') {
    const columns = await described(database, file, `read_parquet(${literal(file)})`);
    return { file, format, columns, sql: `SELECT ${columns.map((name) => `${identifier(name)}::VARCHAR AS ${identifier(name)}`).join(', ')} FROM read_parquet(${literal(file)})` };
  }
  return delimitedTable(file, format);
}

/** @throws GramkitError DATA_MALFORMED with the nearest column there is. */
export function assertColumns(table: TableSource, wanted: readonly string[]): void {
  for (const name of wanted) {
    if (table.columns.includes(name)) continue;
    const nearest = [...table.columns].sort((a, b) => distance(a, name) - distance(b, name));
    throw new GramkitError('DATA_MALFORMED', `there is no column '${name}'; the nearest is '${nearest[0]}'`, {
      file: table.file, field: name, alternatives: table.columns, fix: "name the file's own columns in the configuration of the reader",
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
    if (cause instanceof GramkitError) throw cause;
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
  const lines = `(FROM read_csv(${literal(file)}, auto_detect = false, header = false, columns = {line: 'VARCHAR'}, delim = '\x01', quote = '', escape = '', ${bufferSizes})
    WHERE trim(line) <> '')`;
  const inError = (cause: unknown) => {
    throw tableError(file, cause);
  };
  const keys = await rowsOf(database.connection, `SELECT DISTINCT unnest(json_keys(line)) AS key FROM (FROM ${lines} LIMIT 20480)
    WHERE json_valid(line) AND json_type(line) = 'OBJECT' ORDER BY key`).catch(inError);
  const columns = keys.map(([key]) => String(key));
  const values = columns.map((name) => `json_extract_string(line, ${literal(`$."${name}"`)}) AS ${identifier(name)}`);
  const table: TableSource = { file, format: 'jsonl', columns, sql: `SELECT ${values.join(', ')} FROM ${lines}` };
  const [[record]] = (await rowsOf(database.connection, `SELECT min(record) FROM (SELECT line, row_number() OVER () AS record FROM ${lines})
    WHERE NOT json_valid(line) OR json_type(line) <> 'OBJECT'`).catch(inError)) as [[string | null]];
  if (record !== null) {
    throw new GramkitError('DATA_MALFORMED', 'the line is no JSON object', { file, line: await lineOfRecord(table, Number(record)), fix: 'write one object in braces a line' });
  }
  return table;
}

/** DuckDB's own buffers of 32 MB are out of proportion to what a reader may use. */
const bufferSizes = 'max_line_size = 1048576, buffer_size = 4194304';

/**
 * CSV and TSV with the columns of the header and nothing guessed: DuckDB's own detection takes a row for the header where the
 * header does not fit.
 */
async function delimitedTable(file: string, format: 'csv' | 'tsv'): Promise<TableSource> {
  const delimiter = format === 'csv' ? ',' : '\t';
  const columns = headerColumns(await firstLineOf(file), delimiter);
  const twice = columns.find((name, index) => columns.indexOf(name) < index);
  if (twice !== undefined) throw new GramkitError('DATA_MALFORMED', `column '${twice}' is there twice`, { file, line: 1, field: twice, fix: 'rename one of them' });
  const types = columns.map((name) => `${identifier(name)}: 'VARCHAR'`).join(', ');
  return {
    file, format, columns,
    sql: `FROM read_csv(${literal(file)}, auto_detect = false, header = true, columns = {${types}}, delim = ${literal(delimiter)},
      quote = '"', escape = '"', strict_mode = true, ${bufferSizes})`,
  };
}

async function firstLineOf(file: string): Promise<string> {
  for await (const { text } of numberedLines(file)) return text;
  return '';
}

/** Names of a header line; quoted names may hold the delimiter. */
function headerColumns(header: string, delimiter: string): string[] {
  const fields = header.match(new RegExp(`("(?:[^"]|"")*"|[^${delimiter}]*)(?:${delimiter}|$)`, 'g'))!.slice(0, -1);
  const names = fields.map((field) => field.replace(new RegExp(`${delimiter}$`), '').trim());
  return names.map((name) => (name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name));
}

/** An error of DuckDB's reader of CSV with the line and the reason it names: what stands before its list of possible fixes. */
export function tableError(file: string, cause: unknown): GramkitError {
  const message = cause instanceof Error ? cause.message : String(cause);
  const line = /CSV Error on Line: (\d+)/.exec(message);
  const reason = /\n([^\n]+)\n+Possible /.exec(message)?.[1] ?? firstLine(cause);
  return new GramkitError('DATA_MALFORMED', reason, {
    file, ...(line === null ? {} : { line: Number(line[1]) }), cause, fix: 'correct the line; every row needs a value for each column of the header',
  });
}

/**
 * The line on which a record begins, both one-based, for messages: a record may span lines, and empty lines count for none.
 * Undefined for Parquet, which has no lines.
 */
export async function lineOfRecord({ file, format }: TableSource, record: number): Promise<number | undefined> {
  if (format === 'parquet') return undefined;
  const wanted = format === 'jsonl' ? record : record + 1;
  let seen = 0;
  let quoted = false;
  for await (const { number, text } of numberedLines(file)) {
    if (!quoted && text.trim() !== '' && ++seen === wanted) return number;
    if (format !== 'jsonl' && text.split('"').length % 2 === 0) quoted = !quoted;
  }
  return undefined;
}
