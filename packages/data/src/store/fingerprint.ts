import { createHash } from 'node:crypto';
import type { DuckDBConnection, DuckDBValue } from '@duckdb/node-api';
import { packedInteractions } from './packed-interactions.js';
import { scanTable, streamColumns } from './stream-columns.js';

/**
 * A SHA-256 over what decides training: items in catalogue order with their fields, users in order with the lengths of their
 * histories and their own split, and every item and response. Times count through the order they gave.
 */
export async function contentFingerprint(connection: DuckDBConnection, task: string, users: number, interactions: number): Promise<string> {
  const whole = createHash('sha256').update(task);
  whole.update(await digestOf(streamColumns(connection, 'SELECT row(id, list_sort(map_entries(fields)))::VARCHAR FROM items ORDER BY "row"')));
  whole.update(await digestOf(scanTable(connection, 'row(id, interactions, held_out)::VARCHAR', 'users', users)));
  const histories = createHash('sha256');
  for await (const packed of packedInteractions(connection, interactions)) histories.update(new Uint8Array(packed.buffer, packed.byteOffset, packed.byteLength));
  return whole.update(histories.digest()).digest('hex');
}

async function digestOf(texts: AsyncIterable<DuckDBValue[][]>): Promise<Buffer> {
  const hash = createHash('sha256');
  for await (const [stretch] of texts) {
    for (const text of stretch as string[]) hash.update(text).update('\n');
  }
  return hash.digest();
}
