import type { DuckDBConnection } from '@duckdb/node-api';
import { numbersOf } from './database.js';
import { optionalImpressionColumnsOf } from './schema.js';
import { scanTable } from './stream-columns.js';

/** What there is of each impression in `packedImpressions`. */
export const numbersPerImpression = 4;

/**
 * The impressions of a store in their order, each as the number of its history, that history's length, its candidates, and 1 where the data set holds it
 * out; in stretches whose array is used again.
 */
export async function* packedImpressions(connection: DuckDBConnection, count: number): AsyncGenerator<Uint32Array> {
  const { heldOut } = await optionalImpressionColumnsOf(connection);
  const packed = new Uint32Array(2048 * numbersPerImpression);
  for await (const columns of scanTable(connection, `history, history_length, candidates, ${heldOut ? 'held_out::UINTEGER' : '0::UINTEGER'}`, 'impressions', count)) {
    const rows = columns[0]!.length;
    columns.forEach((values, column) => {
      for (let row = 0; row < rows; row++) packed[row * numbersPerImpression + column] = values[row] as number;
    });
    yield packed.subarray(0, rows * numbersPerImpression);
  }
}

/** The items of all histories, one history after another, in stretches whose array is used again. */
export async function* packedHistoryItems(connection: DuckDBConnection): AsyncGenerator<Uint32Array> {
  yield* packedColumn(connection, 'item', 'history_items', await countHistoryItems(connection));
}

export async function countHistoryItems(connection: DuckDBConnection): Promise<number> {
  const [count] = await numbersOf(connection, 'SELECT count(*) FROM history_items');
  return count!;
}

/** The `count` candidates of a store in their order, as `2 * item + response`, in stretches whose array is used again. */
export function packedCandidates(connection: DuckDBConnection, count: number): AsyncGenerator<Uint32Array> {
  return packedColumn(connection, 'CAST(2 * item::UBIGINT + response AS UINTEGER)', 'candidates', count);
}

async function* packedColumn(connection: DuckDBConnection, column: string, table: string, count: number): AsyncGenerator<Uint32Array> {
  const packed = new Uint32Array(2048);
  for await (const [values] of scanTable(connection, column, table, count)) {
    packed.set(values as number[]);
    yield packed.subarray(0, values!.length);
  }
}
