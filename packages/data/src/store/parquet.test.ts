import { readdir } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { createTabularReader, tabularOptions } from '../readers/tabular.js';
import { createGeneratedReader } from '../readers/generated.js';
import { generatorOptions } from '../generator/options.js';
import { errorOf, impressionReaderOf, items, readerOf, rowsOfStore, storeOf, temporaryFolder, type Row, type Shown } from '../testing/fixtures.js';
import { openDatabase, rowsOf } from './database.js';
import { exportImpressions, exportParquet } from './parquet.js';

describe('exportParquet', () => {
  it('writes files that the tabular reader imports to the same content', async () => {
    const folder = await temporaryFolder();
    const store = await storeOf(createGeneratedReader(generatorOptions.parse({ users: 30, items: 40 })));
    const exported = await exportParquet(store, folder);
    expect((await readdir(folder)).sort()).toEqual(['interactions.parquet', 'items.parquet']);
    const again = await storeOf(createTabularReader(tabularOptions.parse(exported.tabularOptions), '/'));
    expect(again.summary.fingerprint).toBe(store.summary.fingerprint);
    expect(await again.ceiling()).toEqual(await store.ceiling());
  });

  it('keeps times, and has no columns that the data set has not', async () => {
    const rows: Row[] = [['u', 'a', 1, { time: 1.5 }], ['u', 'b', 0, { time: 2 }], ['v', 'a', 0, { time: 0 }]];
    const catalogue = [{ id: 'a', fields: { text: "it's", 'odd "name"': 'x' } }, { id: 'b', fields: { text: '', 'odd "name"': 'y' } }];
    const store = await storeOf(readerOf(catalogue, rows, 10));
    const exported = await exportParquet(store, await temporaryFolder());
    expect(exported.tabularOptions.columns).toEqual({ time: 'time' });
    const again = await storeOf(createTabularReader(tabularOptions.parse(exported.tabularOptions), '/'));
    expect(await rowsOfStore(again)).toEqual(await rowsOfStore(store));
    expect(again.summary.fingerprint).toBe(store.summary.fingerprint);
  });

  it('refuses a field that would hide the item id', async () => {
    const store = await storeOf(readerOf([{ id: 'a', fields: { ID: 'x' } }], [['u', 'a', 1]]));
    expect((await errorOf(exportParquet(store, await temporaryFolder()))).details.field).toBe('ID');
  });
});

describe('exportImpressions', () => {
  /** More than are put together at once. */
  const shown: Shown[] = Array.from({ length: 8200 }, (_, row) => ({
    user: `u${row >> 2}`, history: row % 3 === 0 ? [] : ['b', 'a'], candidates: ['a', 'b', 'c'].slice(row % 2), clicked: ['b'], time: row, heldOut: row % 4 === 3 ? 1 : 0, probabilities: [0.25, 0.5, 0.75].slice(row % 2),
  }));

  it('writes every impression with its lists, in order, and the items', async () => {
    const folder = await temporaryFolder();
    const store = await storeOf(impressionReaderOf(items('a', 'b', 'c'), shown, 1000));
    const exported = await exportImpressions(store, folder);
    expect((await readdir(folder)).sort()).toEqual(['impressions.parquet', 'items.parquet']);
    const database = await openDatabase(undefined);
    const rows = await rowsOf(database.connection, `FROM '${exported.impressions}'`);
    expect(rows).toEqual(shown.map(({ user, history, candidates, clicked, time, heldOut, probabilities }) => [user, history, candidates, candidates.map((item) => (clicked.includes(item) ? 1 : 0)), time, heldOut === 1, probabilities]));
    expect(await rowsOf(database.connection, `FROM '${exported.items}'`)).toEqual([['a', 'text of a'], ['b', 'text of b'], ['c', 'text of c']]);
    database.close();
  });

  it('has no columns that the data set has not, and does not mix up the kinds of store', async () => {
    const store = await storeOf(impressionReaderOf(items('a', 'b'), [{ user: 'u', history: [], candidates: ['a', 'b'], clicked: ['a'] }]));
    const { impressions } = await exportImpressions(store, await temporaryFolder());
    const database = await openDatabase(undefined);
    expect((await rowsOf(database.connection, `SELECT column_name FROM (DESCRIBE FROM '${impressions}')`)).flat()).toEqual(['user', 'history', 'candidates', 'clicks']);
    database.close();
    expect((await errorOf(exportParquet(store, await temporaryFolder()))).code).toBe('DATA_MISMATCH');
    const other = await storeOf(readerOf(items('a'), [['u', 'a', 1]]));
    expect((await errorOf(exportImpressions(other, await temporaryFolder()))).code).toBe('DATA_MISMATCH');
  });
});
