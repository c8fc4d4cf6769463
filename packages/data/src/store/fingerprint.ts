import { createHash } from 'node:crypto';
import type { DuckDBConnection } from '@duckdb/node-api';
import { rowsOf, sortingMemoryLimit, withMemory } from './database.js';
import { packedCandidates, packedHistoryItems, packedImpressions } from './packed-impressions.js';
import { packedInteractions } from './packed-interactions.js';
import { scanTable } from './stream-columns.js';

/** How much there is; impressions and candidates where the data set has impressions, whose clicks are its interactions. */
export interface ContentCounts {
  readonly users: number;
  readonly items: number;
  readonly interactions: number;
  readonly impressions?: number;
  readonly candidates?: number;
}

/**
 * A SHA-256 over what decides training: items in catalogue order with their fields, users in order with the lengths of their
 * histories and their own split, and every item and response; of impressions every history, candidate and click. Times count
 * through the order they gave.
 */
export async function contentFingerprint(connection: DuckDBConnection, task: string, counts: ContentCounts): Promise<string> {
  const whole = createHash('sha256').update(task);
  whole.update(await withMemory(connection, sortingMemoryLimit, () => itemsDigest(connection, counts.items)));
  whole.update(await usersDigest(connection, counts.users, counts.impressions === undefined ? 'held_out' : 'held_out_events'));
  const events = createHash('sha256');
  for (const stretches of packedEvents(connection, counts)) {
    for await (const packed of stretches) events.update(new Uint8Array(packed.buffer, packed.byteOffset, packed.byteLength));
  }
  return whole.update(events.digest()).digest('hex');
}

function packedEvents(connection: DuckDBConnection, { interactions, impressions, candidates }: ContentCounts): AsyncGenerator<Uint32Array>[] {
  if (impressions === undefined) return [packedInteractions(connection, interactions)];
  return [packedImpressions(connection, impressions), packedHistoryItems(connection), packedCandidates(connection, candidates!)];
}

async function itemsDigest(connection: DuckDBConnection, items: number): Promise<Buffer> {
  const hash = createHash('sha256');
  for await (const [contents] of scanTable(connection, 'sha256(row(id, list_sort(map_entries(fields)))::VARCHAR)', 'items', items)) {
    for (const content of contents as string[]) hash.update(content);
  }
  return hash.digest();
}

/** Users that DuckDB digests at once. Part of what the fingerprint means. */
const usersPerDigest = 8192;

/** A digest of digests by DuckDB: as strings, the ids of many users would make the JavaScript heap grow. */
async function usersDigest(connection: DuckDBConnection, users: number, ownSplit: string): Promise<Buffer> {
  const hash = createHash('sha256');
  for (let first = 0; first < users; first += usersPerDigest) {
    const [[digest]] = (await rowsOf(connection, `SELECT sha256(string_agg(row(id, interactions, ${ownSplit})::VARCHAR, chr(10) ORDER BY rowid))
      FROM users WHERE rowid >= ${first} AND rowid < ${first + usersPerDigest}`)) as [[string]];
    hash.update(digest);
  }
  return hash.digest();
}
