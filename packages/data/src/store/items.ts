import type { DuckDBConnection } from '@duckdb/node-api';
import type { ItemContent } from '@gramkit/spec';
import { streamColumns } from './stream-columns.js';

/** The first `limit` items of the catalogue, or all, in catalogue order. */
export async function readItems(connection: DuckDBConnection, limit?: number): Promise<ItemContent[]> {
  const query = `SELECT id, map_keys(fields), map_values(fields) FROM items ORDER BY "row" ${limit === undefined ? '' : `LIMIT ${limit}`}`;
  const items: ItemContent[] = [];
  for await (const [ids, names, values] of streamColumns(connection, query)) {
    ids!.forEach((id, index) => {
      const keys = (names![index] as { items: string[] }).items;
      const texts = (values![index] as { items: string[] }).items;
      items.push({ id: id as string, fields: Object.fromEntries(keys.map((key, field) => [key, texts[field]!])) });
    });
  }
  return items;
}
