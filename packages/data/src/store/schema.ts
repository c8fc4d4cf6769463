import type { DuckDBConnection } from '@duckdb/node-api';
import { rowsOf } from './database.js';

/**
 * A store is one DuckDB file.
 *
 * - `dataset`: one row; what was imported, by which reader, with which fingerprint.
 * - `items`: the catalogue; `row` is the catalogue row, in the order of the reader.
 * - `users`: in order of first appearance; `interactions` counts a user's events; `held_out` is the data set's own split of users (null where it
 *   brings none), `held_out_events` how many of the user's last impressions it holds out.
 *
 * The events are either interactions or impressions. A user's events stand together, in time order, users in order.
 *
 * - `interactions`: `response` is 1 or 0: correct or not in knowledge tracing, always 1 (clicked) in recommendation. The columns `time` and
 *   `probability` (the true one of a response of 1, known of generated data) exist where the data set brings them.
 * - `impressions`: `history` counts the histories: impressions of a user that follow one another with the same history share it. `time` and `held_out`
 *   where the data set brings them.
 * - `history_items`: the items of each history, oldest first, histories in order.
 * - `candidates`: the items that each impression shows, in their order, impressions in order; `impression` is the row of the impression. `response` is 1
 *   where it was clicked; `probability` as above.
 */
export const formatVersion = 2;

/** The statements that make the tables of an attached database, all but those of events. */
export function createTables(database: string): string {
  return `
CREATE TABLE ${database}.dataset (
  format_version INTEGER NOT NULL, task VARCHAR NOT NULL, reader VARCHAR NOT NULL, reader_fingerprint VARCHAR NOT NULL,
  fingerprint VARCHAR NOT NULL, users UINTEGER NOT NULL, items UINTEGER NOT NULL, interactions UBIGINT NOT NULL,
  impressions UINTEGER, candidates UBIGINT, left_out VARCHAR NOT NULL
);
CREATE TABLE ${database}.items ("row" UINTEGER NOT NULL, id VARCHAR NOT NULL, fields MAP(VARCHAR, VARCHAR) NOT NULL);
CREATE TABLE ${database}.users ("user" UINTEGER NOT NULL, id VARCHAR NOT NULL, interactions UINTEGER NOT NULL, held_out BOOLEAN, held_out_events UINTEGER);
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

/** Columns that impressions and their candidates have throughout or not at all. */
export interface OptionalImpressionColumns extends OptionalColumns {
  readonly heldOut: boolean;
}

/** The statements that make the tables of impressions. */
export function createImpressions(database: string, columns: OptionalImpressionColumns): string {
  return `
CREATE TABLE ${database}.impressions ("user" UINTEGER NOT NULL, history UINTEGER NOT NULL, history_length UINTEGER NOT NULL, candidates UINTEGER NOT NULL${
  columns.time ? ', "time" DOUBLE NOT NULL' : ''}${columns.heldOut ? ', held_out BOOLEAN NOT NULL' : ''});
CREATE TABLE ${database}.history_items (history UINTEGER NOT NULL, item UINTEGER NOT NULL);
CREATE TABLE ${database}.candidates (impression UINTEGER NOT NULL, item UINTEGER NOT NULL, response UTINYINT NOT NULL${columns.probability ? ', probability FLOAT NOT NULL' : ''});
`;
}

/** Which of the optional columns the impressions of a store have. */
export async function optionalImpressionColumnsOf(connection: DuckDBConnection): Promise<OptionalImpressionColumns> {
  const names = (await rowsOf(connection, 'SELECT column_name FROM (DESCRIBE impressions) UNION SELECT column_name FROM (DESCRIBE candidates)')).flat();
  return { time: names.includes('time'), heldOut: names.includes('held_out'), probability: names.includes('probability') };
}
