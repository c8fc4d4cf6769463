import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { formatError, type DatasetReader } from '@gramkit/spec';
import { describe, expect, it } from 'vitest';
import { errorOf, items, readerOf, rowsOfStore, storeOf, temporaryFolder, type Row } from '../testing/fixtures.js';
import { importDataset } from './import-dataset.js';
import { openStore } from './store.js';

const catalogue = items('a', 'b', 'c');
const grouped: Row[] = [['u', 'a', 1], ['u', 'b', 0], ['u', 'a', 1], ['v', 'c', 0], ['w', 'b', 1], ['w', 'a', 1]];

describe('importDataset', () => {
  it('keeps items, users and interactions in their order', async () => {
    const store = await storeOf(readerOf(catalogue, grouped, 2));
    expect(await store.items()).toEqual(catalogue);
    expect(await rowsOfStore(store)).toEqual(grouped);
    const { historyLengths, heldOut } = await store.users();
    expect([[...historyLengths], heldOut]).toEqual([[3, 1, 2], undefined]);
    expect(store.summary).toMatchObject({ task: 'knowledge-tracing', reader: 'fixture', readerFingerprint: 'fixture', users: 3, items: 3, interactions: 6 });
  });

  it('puts scattered interactions of a user together, users by first appearance, in their own order', async () => {
    const scattered: Row[] = [['u', 'a', 1], ['v', 'c', 0], ['u', 'b', 0], ['w', 'b', 1], ['u', 'a', 1], ['w', 'a', 1]];
    const store = await storeOf(readerOf(catalogue, scattered));
    expect(await rowsOfStore(store)).toEqual(grouped);
    expect([...(await store.users()).historyLengths]).toEqual([3, 1, 2]);
    expect(store.summary.fingerprint).toBe((await storeOf(readerOf(catalogue, grouped))).summary.fingerprint);
  });

  it("orders a user's scattered runs by time where there are times", async () => {
    const rows: Row[] = [['u', 'c', 1, { time: 30 }], ['v', 'a', 0, { time: 1 }], ['u', 'b', 0, { time: 10 }], ['u', 'a', 1, { time: 30 }]];
    expect(await rowsOfStore(await storeOf(readerOf(catalogue, rows)))).toEqual([['u', 'b', 0], ['u', 'c', 1], ['u', 'a', 1], ['v', 'a', 0]]);
  });

  it('sorts a shuffled log larger than the memory it may use, to the last row', async () => {
    const users = 400;
    const rows: Row[] = Array.from({ length: 120_000 }, (_, index) => [`user ${(index * 7919) % users}`, 'abc'[index % 3]!, index % 2] as Row);
    const store = await storeOf(readerOf(catalogue, rows, 4000), { memoryLimit: '24MB' });
    const order = Array.from({ length: users }, (_, index) => `user ${(index * 7919) % users}`);
    const expected = order.flatMap((user) => rows.filter(([other]) => other === user));
    expect(await rowsOfStore(store)).toEqual(expected);
  });

  it('keeps a fingerprint of content, not of chunks', async () => {
    const whole = (await storeOf(readerOf(catalogue, grouped, 100))).summary.fingerprint;
    expect((await storeOf(readerOf(catalogue, grouped, 1))).summary.fingerprint).toBe(whole);
    const changes: [typeof catalogue, Row[]][] = [
      [catalogue, [...grouped.slice(0, -1), ['w', 'a', 0]]],
      [catalogue, grouped.map(([user, ...rest]) => [user === 'w' ? 'x' : user, ...rest] as Row)],
      [items('a', 'b', 'd').with(0, { id: 'a', fields: { text: 'another' } }).with(2, catalogue[2]!), grouped],
      [catalogue, grouped.map(([user, item, response]) => [user, item, response, { heldOut: 0 }] as Row)],
    ];
    for (const [changedItems, rows] of changes) expect((await storeOf(readerOf(changedItems, rows))).summary.fingerprint).not.toBe(whole);
  });

  it('reports how far it is', async () => {
    const told: string[] = [];
    await storeOf(readerOf(catalogue, grouped, 4), { onProgress: ({ part, done }) => told.push(`${part} ${done}`) });
    expect(told).toEqual(['items 3', 'interactions 4', 'interactions 6', 'fingerprint 6']);
  });

  it.each<[string, DatasetReader, string, RegExp]>([
    ['an unknown item', readerOf(catalogue, [['u', 'a', 1], ['u', 'z', 1]]), 'DATA_MALFORMED', /interaction 2 of user 'u': item 'z' is not in the catalogue/],
    ['a response that is not 0 or 1', readerOf(catalogue, [['u', 'a', 2]]), 'DATA_MALFORMED', /response is 2, expected 0 or 1/],
    ['an empty user', readerOf(catalogue, [['', 'a', 1]]), 'DATA_MALFORMED', /user is empty/],
    ['time that runs backwards', readerOf(catalogue, [['u', 'a', 1, { time: 2 }], ['u', 'a', 1, { time: 1 }]]), 'DATA_MALFORMED', /time 1 comes after 2/],
    ['a user on both sides of the split', readerOf(catalogue, [['u', 'a', 1, { heldOut: 1 }], ['u', 'a', 1, { heldOut: 0 }]]), 'DATA_MALFORMED', /held out in one interaction and not in another/],
    ['a scattered user on both sides', readerOf(catalogue, [['u', 'a', 1, { heldOut: 1 }], ['v', 'a', 1, { heldOut: 0 }], ['u', 'a', 1, { heldOut: 0 }]]), 'DATA_MALFORMED', /'u' is held out in one/],
    ['times in some chunks only', readerOf(catalogue, [['u', 'a', 1, { time: 1 }], ['v', 'a', 1]], 1), 'DATA_MALFORMED', /'times' is there for some/],
    ['an item twice', readerOf([...catalogue, catalogue[0]!], grouped), 'DATA_MALFORMED', /item 'a' is there twice/],
    ['an item without id', readerOf(items('a', ''), grouped), 'DATA_MALFORMED', /item 2 has an empty id/],
    ['no items', readerOf([], grouped), 'DATA_EMPTY', /no items/],
    ['no interactions', readerOf(catalogue, []), 'DATA_EMPTY', /no interactions/],
  ])('refuses %s and leaves the folder as it was', async (_, reader, code, message) => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'store.duckdb'), 'what was there before');
    const error = await errorOf(importDataset(reader, join(folder, 'store.duckdb')));
    expect(error.code).toBe(code);
    expect(formatError(error)).toMatch(message);
    expect(error.details.fix).toBeTruthy();
    expect(await readdir(folder)).toEqual(['store.duckdb']);
  });

  it('leaves nothing when it is stopped halfway', async () => {
    const folder = await temporaryFolder();
    const stop = new AbortController();
    const error = await errorOf(importDataset(readerOf(catalogue, grouped, 1), join(folder, 'new', 'store.duckdb'), {
      signal: stop.signal, onProgress: ({ part, done }) => part === 'interactions' && done === 3 && stop.abort(),
    }));
    expect(error.code).toBe('INTERRUPTED');
    expect(await readdir(join(folder, 'new'))).toEqual([]);
  });

  it('says where a store cannot be written', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'file'), '');
    expect((await errorOf(importDataset(readerOf(catalogue, grouped), join(folder, 'file', 'store.duckdb')))).code).toBe('OUTPUT_UNWRITABLE');
  });
});

describe('openStore', () => {
  it('tells a missing store, a file of something else, and a database of something else apart', async () => {
    const folder = await temporaryFolder();
    expect((await errorOf(openStore(join(folder, 'none')))).code).toBe('DATA_MISSING');
    await writeFile(join(folder, 'text'), 'no database'.repeat(1000));
    expect((await errorOf(openStore(join(folder, 'text')))).code).toBe('DATA_MALFORMED');
    const { DuckDBInstance } = await import('@duckdb/node-api');
    const other = await DuckDBInstance.create(join(folder, 'other'));
    other.closeSync();
    expect((await errorOf(openStore(join(folder, 'other')))).message).toMatch(/no store of Gramkit/);
  });

  it('opens one store any number of times, and closes twice without harm', async () => {
    const store = await storeOf(readerOf(catalogue, grouped));
    const second = await openStore(store.file);
    expect(await second.items()).toEqual(await store.items());
    second.close();
    second.close();
    expect((await store.items()).length).toBe(3);
  });

  it('downloads no extensions and spills beside the store', async () => {
    const store = await storeOf(readerOf(catalogue, grouped));
    const settings = await store.connection.runAndReadAll("SELECT name, value FROM duckdb_settings() WHERE name IN ('autoinstall_known_extensions', 'autoload_known_extensions', 'temp_directory', 'threads') ORDER BY name");
    expect(settings.getRowsJson()).toEqual([['autoinstall_known_extensions', 'false'], ['autoload_known_extensions', 'false'], ['temp_directory', `${store.file}.tmp`], ['threads', '1']]);
  });
});

describe('a large catalogue of long texts', () => {
  it('goes through the small memory of an import', async () => {
    const long = Array.from({ length: 6000 }, (_, item) => ({ id: `i${item}`, fields: { title: `t${item}`, body: `${item} `.repeat(4000) } }));
    const store = await storeOf(readerOf(long, [['u', 'i0', 1], ['v', 'i5999', 0], ['u', 'i1', 1]], 500));
    expect(await store.items()).toEqual(long);
    expect((await store.inspect({ textField: 'body' })).textWords.maximum).toBe(4000);
  });
});
