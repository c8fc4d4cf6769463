import type { DuckDBConnection } from '@duckdb/node-api';
import { scanTable } from './stream-columns.js';

/** The `count` interactions of a store in their order, as `2 * item + response`, in stretches whose array is used again. */
export async function* packedInteractions(connection: DuckDBConnection, count: number): AsyncGenerator<Uint32Array> {
  const packed = new Uint32Array(2048);
  for await (const [values] of scanTable(connection, 'CAST(2 * item::UBIGINT + response AS UINTEGER)', 'interactions', count)) {
    packed.set(values as number[]);
    yield packed.subarray(0, values!.length);
  }
}
