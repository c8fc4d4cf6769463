import { readdir } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { createTabularReader, tabularOptions } from '../readers/tabular.js';
import { createGeneratedReader } from '../readers/generated.js';
import { generatorOptions } from '../generator/options.js';
import { errorOf, readerOf, rowsOfStore, storeOf, temporaryFolder, type Row } from '../testing/fixtures.js';
import { exportParquet } from './parquet.js';

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
