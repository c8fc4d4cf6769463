import type { DuckDBConnection } from '@duckdb/node-api';
import { rowsOf } from './database.js';

/**
 * A store is one DuckDB file.
 *
 * - `dataset`: one row; what was imported, by which reader, with which fingerprint.
 * - `items`: the catalogue; `row` is the catalogue row, in the order of the reader.
 * - `users`: in order of first appearance; `held_out` is the data set's own split (null where it brings none).
 * - `interactions`: a user's interactions stand together, in time order, users in order. `response` is 1 or 0: correct or not
 *   in knowledge tracing, clicked or not in recommendation. The columns `time` and `probability` (the true one of a response
 *   of 1, known of generated data) exist where the data set brings them.
 */
export const formatVersion = 1;

/** The statements that make the tables of an attached database, all but `interactions`. */
export function createTables(database: string): string {
  return `
CREATE TABLE ${database}.dataset (
  format_version INTEGER NOT NULL, task VARCHAR NOT NULL, reader VARCHAR NOT NULL, reader_fingerprint VARCHAR NOT NULL,
  fingerprint VARCHAR NOT NULL, users UINTEGER NOT NULL, items UINTEGER NOT NULL, interactions UBIGINT NOT NULL
);
CREATE TABLE ${database}.items ("row" UINTEGER NOT NULL, id VARCHAR NOT NULL, fields MAP(VARCHAR, VARCHAR) NOT NULL);
CREATE TABLE ${database}.users ("user" UINTEGER NOT NULL, id VARCHAR NOT NULL, interactions UINTEGER NOT NULL, held_out BOOLEAN);
`;
}

/** Columns of `interactions` that a data set has throughout or not at all. */
export interface OptionalColumns {
  readonly time: boolean;
  readonly probability: boolean;
}

/** The statement that makes the table of interactions. */
export function createInteractions(database: string, columns: OptionalColumns): string {
  const optional = `${columns.time ? ', "time" DOUBLE NOT NULL' : ''}${columns.probability ? ', probability FLOAT NOT NULL' : ''}`;
  return `CREATE TABLE ${database}.interactions ("user" UINTEGER NOT NULL, item UINTEGER NOT NULL, response UTINYINT NOT NULL${optional})`;
}

/** Which of the optional columns a store has. */
export async function optionalColumnsOf(connection: DuckDBConnection): Promise<OptionalColumns> {
  const names = (await rowsOf(connection, 'SELECT column_name FROM (DESCRIBE interactions)')).flat();
  return { time: names.includes('time'), probability: names.includes('probability') };
}
