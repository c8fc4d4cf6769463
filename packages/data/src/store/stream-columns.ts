import type { DuckDBConnection, DuckDBDataChunk, DuckDBValue } from '@duckdb/node-api';
import { dropCachedBlocks } from './database.js';

/**
 * The result of a query in stretches of at most 2,048 rows, column by column, as numbers, strings and booleans.
 * Values are copied into arrays of just their size: enough garbage for the collector to free DuckDB's own memory in time, of
 * which it does not know, and so little that survives a collection that the young generation does not grow.
 */
export async function* streamColumns(connection: DuckDBConnection, sql: string): AsyncGenerator<DuckDBValue[][]> {
  const result = await connection.stream(sql);
  for (;;) {
    const chunk = await result.fetchChunk();
    if (chunk === null || chunk.rowCount === 0) return;
    yield Array.from({ length: chunk.columnCount }, (_, column) => columnOf(chunk, column));
  }
}

function columnOf(chunk: DuckDBDataChunk, column: number): DuckDBValue[] {
  const vector = chunk.getColumnVector(column);
  const values = new Array<DuckDBValue>(chunk.rowCount);
  for (let row = 0; row < values.length; row++) values[row] = vector.getItem(row);
  return values;
}

/** Rows of a table that one query of a scan reads. */
const stretchRows = 122_880;

/**
 * Columns of the first `rows` rows of a table in their order, as `streamColumns` gives them, by queries over bounded
 * stretches: memory does not grow with the table.
 */
export async function* scanTable(connection: DuckDBConnection, columns: string, table: string, rows: number): AsyncGenerator<DuckDBValue[][]> {
  for (let first = 0; first < rows; first += stretchRows) {
    yield* streamColumns(connection, `SELECT ${columns} FROM ${table} WHERE rowid >= ${first} AND rowid < ${Math.min(rows, first + stretchRows)}`);
    await dropCachedBlocks(connection);
  }
}
