import { dirname, join, resolve } from 'node:path';
import { access, constants } from 'node:fs/promises';
import { DuckDBInstance, type DuckDBConnection, type Json } from '@duckdb/node-api';
import { GramkitError } from '@gramkit/spec';

/** How much DuckDB may use. What does not fit goes to the temporary directory. */
export interface DatabaseLimits {
  /** Memory, as DuckDB writes it: `64MB`. */
  readonly memoryLimit?: string;
  readonly threads?: number;
}

/**
 * Enough to append, scan and group a store that is in order; only sorting data that is not asks for more.
 * A small fixed amount keeps the resident memory of a large import at that of a small one.
 */
export const streamingMemoryLimit = '12MB';
/** What DuckDB reads ahead of a streamed result. */
const streamingBuffer = '128KB';
/** For sorts of data that do not come grouped by user, which spill what is beyond it, and for items, whose texts may be long. */
export const sortingMemoryLimit = '512MB';

/** An open database. */
export interface Database {
  readonly connection: DuckDBConnection;
  /** One more connection, to write by while the first streams a result: a connection's next statement ends its stream. Closed with the database. */
  connect(): Promise<DuckDBConnection>;
  close(): void;
}

/** Where a database spills to: beside it, so that a full temporary file system never stands in the way. */
export function temporaryDirectory(file: string): string {
  return `${file}.tmp`;
}

/**
 * Opens a DuckDB file (or one in memory where `file` is absent). Never downloads an extension.
 * @throws GramkitError DATA_MISSING where the file cannot be read, DATA_MALFORMED where it is no DuckDB file.
 */
export async function openDatabase(file: string | undefined, options: DatabaseLimits & { readonly readOnly?: boolean; readonly spillDirectory?: string } = {}): Promise<Database> {
  if (options.readOnly === true) await assertReadable(file!);
  const settings = {
    memory_limit: options.memoryLimit ?? streamingMemoryLimit,
    threads: String(options.threads ?? 1),
    temp_directory: options.spillDirectory ?? temporaryDirectory(resolve(file ?? 'gramkit')),
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    ...(options.readOnly === true ? { access_mode: 'READ_ONLY' } : {}),
  };
  const instance = await DuckDBInstance.create(file ?? ':memory:', settings).catch((cause: unknown) => {
    throw new GramkitError('DATA_MALFORMED', `is no store that can be opened: ${firstLine(cause)}`, {
      file, cause, fix: 'import the data set again: gram data import',
    });
  });
  const connection = await instance.connect();
  await connection.run(`SET streaming_buffer_size = '${streamingBuffer}'`);
  const more: DuckDBConnection[] = [];
  return {
    connection,
    connect: async () => {
      const another = await instance.connect();
      more.push(another);
      return another;
    },
    close: () => {
      for (const open of [connection, ...more]) open.closeSync();
      instance.closeSync();
    },
  };
}

async function assertReadable(file: string): Promise<void> {
  try {
    await access(file, constants.R_OK);
  } catch (cause) {
    throw new GramkitError('DATA_MISSING', `no readable store is there (folder ${dirname(resolve(file))})`, {
      file, cause, fix: 'make it with gram data import or gram data generate, or correct the path',
    });
  }
}

/**
 * Drops the blocks that DuckDB keeps in memory for a next use. It would keep them up to its limit, which a long import or scan
 * reaches and a short one does not; nothing here reads a block twice.
 */
export async function dropCachedBlocks(connection: DuckDBConnection): Promise<void> {
  const [[limit]] = (await rowsOf(connection, "SELECT current_setting('memory_limit')")) as [[string]];
  await connection.run(`SET memory_limit = '2MB'`).catch(() => {});
  await connection.run(`SET memory_limit = ${literal(limit)}`);
}

/** Lets DuckDB use up to `limit` while `work` goes on. */
export async function withMemory<Value>(connection: DuckDBConnection, limit: string, work: () => Promise<Value>): Promise<Value> {
  const [[before]] = (await rowsOf(connection, "SELECT current_setting('memory_limit')")) as [[string]];
  await connection.run(`SET memory_limit = ${literal(limit)}`);
  try {
    return await work();
  } finally {
    await connection.run(`SET memory_limit = ${literal(before)}`);
  }
}

/** The rows of a small result, values as JSON has them. */
export async function rowsOf(connection: DuckDBConnection, sql: string): Promise<Json[][]> {
  return (await connection.runAndReadAll(sql)).getRowsJson();
}

/** The one row of a result as numbers; null counts as not a number. */
export async function numbersOf(connection: DuckDBConnection, sql: string): Promise<number[]> {
  const [row] = await rowsOf(connection, sql);
  return row!.map((value) => (value === null ? Number.NaN : Number(value)));
}

/** A string as an SQL literal. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** A name as an SQL identifier. */
export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** The first line of what DuckDB says, without its kind of error. */
export function firstLine(cause: unknown): string {
  const message = cause instanceof Error ? cause.message : String(cause);
  return message.split('\n')[0]!.replace(/^[A-Za-z ]+Error: /, '');
}

/** Files of a database: the file, its log, its spill directory. */
export function databaseFiles(file: string): string[] {
  return [file, `${file}.wal`, join(temporaryDirectory(file))];
}
