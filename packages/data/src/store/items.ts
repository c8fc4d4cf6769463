import type { DuckDBConnection } from '@duckdb/node-api';
import type { ItemContent } from '@gramkit/spec';
import { sortingMemoryLimit, withMemory } from './database.js';
import { scanTable } from './stream-columns.js';

/** The first `count` items of the catalogue, in catalogue order. Long texts need more memory than numbers do. */
export function readItems(connection: DuckDBConnection, count: number): Promise<ItemContent[]> {
  return withMemory(connection, sortingMemoryLimit, async () => {
    const items: ItemContent[] = [];
    for await (const [ids, names, values] of scanTable(connection, 'id, map_keys(fields), map_values(fields)', 'items', count)) {
      ids!.forEach((id, index) => {
        const keys = (names![index] as { items: string[] }).items;
        const texts = (values![index] as { items: string[] }).items;
        items.push({ id: id as string, fields: Object.fromEntries(keys.map((key, field) => [key, texts[field]!])) });
      });
    }
    return items;
  });
}
