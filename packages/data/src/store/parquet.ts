import { rename, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { GramkitError } from '@gramkit/spec';
import { makeFolder } from '../output/make-folder.js';
import { identifier, literal, rowsOf, sortingMemoryLimit, withMemory } from './database.js';
import { optionalColumnsOf, optionalImpressionColumnsOf } from './schema.js';
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
 * @throws GramkitError OUTPUT_UNWRITABLE; DATA_MISMATCH for impressions
 */
export async function exportParquet(store: Store, directory: string): Promise<ParquetExport> {
  const { connection } = store;
  if (store.summary.impressions !== undefined) {
    throw new GramkitError('DATA_MISMATCH', 'the store has impressions, not interactions', { file: store.file, fix: 'write them with exportImpressions' });
  }
  const interactions = resolve(directory, 'interactions.parquet');
  const items = resolve(directory, 'items.parquet');
  await makeFolder(directory);
  const { time, probability } = await optionalColumnsOf(connection);
  const [[heldOut]] = (await rowsOf(connection, 'SELECT count(held_out) > 0 FROM users')) as [[boolean]];
  const optional = [...(time ? ['"time"'] : []), ...(probability ? ['probability'] : []), ...(heldOut ? ['held_out'] : [])];
  await writeParquet(store, interactions, `SELECT users.id AS "user", items.id AS item, ${['response', ...optional].join(', ')}
    FROM interactions JOIN users USING ("user") JOIN items ON items."row" = interactions.item ORDER BY interactions.rowid`);
  const names = await writeItems(store, items);
  return {
    interactions, items,
    tabularOptions: {
      interactions, items,
      columns: { ...(time ? { time: 'time' } : {}), ...(probability ? { probability: 'probability' } : {}), ...(heldOut ? { heldOut: 'held_out' } : {}) },
      fields: Object.fromEntries(names.map((name) => [name, name])),
    },
  };
}

/** The files of an export of impressions, and the options with which the reader `impressions` reads them. */
export interface ImpressionExport {
  readonly impressions: string;
  readonly items: string;
  readonly readerOptions: {
    readonly impressions: string;
    readonly items: string;
    readonly columns: Readonly<Record<string, string>>;
    readonly fields: Readonly<Record<string, string>>;
  };
}

/** Impressions whose lists are put together at once: bounds the memory. */
const impressionsPerStretch = 8192;

/**
 * Writes a store of impressions as `impressions.parquet` (user; the lists history and candidates of item ids, and clicks of 0 and 1; time, held_out and the list
 * probabilities where the data set has them; in the order of the store) and `items.parquet` (id and a column a field). The reader `impressions` imports them again, to the same fingerprint.
 * @throws GramkitError OUTPUT_UNWRITABLE; DATA_MISMATCH for interactions
 */
export async function exportImpressions(store: Store, directory: string): Promise<ImpressionExport> {
  const { connection, summary } = store;
  if (summary.impressions === undefined) throw new GramkitError('DATA_MISMATCH', 'the store has interactions, not impressions', { file: store.file, fix: 'write them with exportParquet' });
  const impressions = resolve(directory, 'impressions.parquet');
  const items = resolve(directory, 'items.parquet');
  await makeFolder(directory);
  const names = await writeItems(store, items);
  const { time, heldOut, probability } = await optionalImpressionColumnsOf(connection);
  const optional = `${time ? ', stretch."time"' : ''}${heldOut ? ', stretch.held_out' : ''}${probability ? ', probabilities' : ''}`;
  try {
    await connection.run(`CREATE TEMP TABLE exported AS ${stretchQuery(0, 0, optional, probability)}`);
    for (let first = 0; first < summary.impressions; first += impressionsPerStretch) {
      await withMemory(connection, sortingMemoryLimit, () => connection.run(`INSERT INTO exported ${stretchQuery(first, first + impressionsPerStretch, optional, probability)}`));
    }
    await writeParquet(store, impressions, 'FROM exported ORDER BY rowid');
  } finally {
    await connection.run('DROP TABLE IF EXISTS exported');
  }
  const columns = { ...(time ? { time: 'time' } : {}), ...(heldOut ? { heldOut: 'held_out' } : {}), ...(probability ? { probabilities: 'probabilities' } : {}) };
  return { impressions, items, readerOptions: { impressions, items, columns, fields: Object.fromEntries(names.map((name) => [name, name])) } };
}

/** The impressions from `first` to before `end`, one a row, in order. */
function stretchQuery(first: number, end: number, optional: string, probability: boolean): string {
  return `
    WITH stretch AS (SELECT *, rowid AS impression FROM impressions WHERE rowid >= ${first} AND rowid < ${end}),
    shown AS (
      SELECT impression, list(items.id ORDER BY c.place) AS candidates, list(c.response ORDER BY c.place) AS clicks${probability ? ', list(c.probability ORDER BY c.place) AS probabilities' : ''}
      FROM (SELECT *, rowid AS place FROM candidates WHERE impression >= ${first} AND impression < ${end}) AS c JOIN items ON items."row" = c.item GROUP BY impression),
    before AS (
      SELECT history, list(items.id ORDER BY h.place) AS history_ids
      FROM (SELECT *, rowid AS place FROM history_items WHERE history IN (SELECT history FROM stretch)) AS h JOIN items ON items."row" = h.item GROUP BY history)
    SELECT users.id AS "user", coalesce(history_ids, []) AS history, shown.candidates, shown.clicks${optional}
    FROM stretch JOIN users USING ("user") JOIN shown USING (impression) LEFT JOIN before USING (history) ORDER BY impression`;
}

/** Writes the items of a store; gives the names of their fields. */
async function writeItems(store: Store, file: string): Promise<string[]> {
  const names = (await rowsOf(store.connection, 'SELECT DISTINCT unnest(map_keys(fields)) AS name FROM items ORDER BY name')).map(([name]) => String(name));
  const clash = names.find((name) => name.toLowerCase() === 'id');
  if (clash !== undefined) throw new GramkitError('OUTPUT_UNWRITABLE', `items have a field '${clash}', which is the column of the item id`, { file, field: clash, fix: 'rename the field and import again' });
  await writeParquet(store, file, `SELECT id, ${names.map((name) => `fields[${literal(name)}] AS ${identifier(name)}`).join(', ')} FROM items ORDER BY "row"`);
  return names;
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
