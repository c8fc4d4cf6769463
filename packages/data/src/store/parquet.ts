import { mkdir, rename, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { GramkitError } from '@gramkit/spec';
import { identifier, literal, rowsOf, sortingMemoryLimit, withMemory } from './database.js';
import { optionalColumnsOf } from './schema.js';
import type { Store } from './store.js';

/** The files of an export, and the options with which the tabular reader reads them. */
export interface ParquetExport {
  readonly interactions: string;
  readonly items: string;
  readonly tabularOptions: {
    readonly interactions: string;
    readonly items: string;
    readonly columns: Readonly<Record<string, string>>;
    readonly fields: Readonly<Record<string, string>>;
  };
}

/**
 * Writes a store as `interactions.parquet` (user, item, response; time, probability and held_out where the data set has them)
 * and `items.parquet` (id and a column a field). The tabular reader imports them again, to the same fingerprint.
 * @throws GramkitError OUTPUT_UNWRITABLE
 */
export async function exportParquet(store: Store, directory: string): Promise<ParquetExport> {
  const { connection } = store;
  const interactions = resolve(directory, 'interactions.parquet');
  const items = resolve(directory, 'items.parquet');
  await mkdir(directory, { recursive: true });
  const { time, probability } = await optionalColumnsOf(connection);
  const [[heldOut]] = (await rowsOf(connection, 'SELECT count(held_out) > 0 FROM users')) as [[boolean]];
  const optional = [...(time ? ['"time"'] : []), ...(probability ? ['probability'] : []), ...(heldOut ? ['held_out'] : [])];
  await writeParquet(store, interactions, `SELECT users.id AS "user", items.id AS item, ${['response', ...optional].join(', ')}
    FROM interactions JOIN users USING ("user") JOIN items ON items."row" = interactions.item ORDER BY interactions.rowid`);
  const names = (await rowsOf(connection, 'SELECT DISTINCT unnest(map_keys(fields)) AS name FROM items ORDER BY name')).map(([name]) => String(name));
  const clash = names.find((name) => name.toLowerCase() === 'id');
  if (clash !== undefined) throw new GramkitError('OUTPUT_UNWRITABLE', `items have a field '${clash}', which is the column of the item id`, { file: items, field: clash, fix: 'rename the field and import again' });
  await writeParquet(store, items, `SELECT id, ${names.map((name) => `fields[${literal(name)}] AS ${identifier(name)}`).join(', ')} FROM items ORDER BY "row"`);
  return {
    interactions, items,
    tabularOptions: {
      interactions, items,
      columns: { ...(time ? { time: 'time' } : {}), ...(probability ? { probability: 'probability' } : {}), ...(heldOut ? { heldOut: 'held_out' } : {}) },
      fields: Object.fromEntries(names.map((name) => [name, name])),
    },
  };
}

/** Written beside and renamed, so that no half file is left. */
async function writeParquet({ connection }: Store, file: string, query: string): Promise<void> {
  const partial = join(`${file}.${process.pid}.partial`);
  try {
    await withMemory(connection, sortingMemoryLimit, () => connection.run(`COPY (${query}) TO ${literal(partial)} (FORMAT parquet, ROW_GROUP_SIZE 20480)`));
    await rename(partial, file);
  } catch (cause) {
    throw new GramkitError('OUTPUT_UNWRITABLE', 'the Parquet file cannot be written', { file, cause, fix: 'choose another folder or free space' });
  } finally {
    await rm(partial, { force: true });
  }
}
