import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { literal, openDatabase, rowsOf } from '../store/database.js';
import { ParquetWriter } from './parquet-writer.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gramkit-parquet-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

it('writes texts, lists and nothings over many flushes, in order, and leaves the file alone behind', async () => {
  const file = join(folder, "it's.parquet");
  const writer = await ParquetWriter.create(file, { id: 'text', names: 'texts', vector: 'numbers' });
  for (let block = 0; block < 6; block++) {
    await writer.append(Array.from({ length: 1_000 }, (_, row) => [row === 7 ? null : `id ${block * 1_000 + row}`, ['a', 'b"'], [block, 0.5]]));
  }
  await writer.finish();
  expect(await readdir(folder)).toEqual(["it's.parquet"]);
  const database = await openDatabase(undefined, { memoryLimit: '64MB' });
  const rows = await rowsOf(database.connection, `FROM read_parquet(${literal(file)})`);
  database.close();
  expect(rows).toHaveLength(6_000);
  expect(rows[7]).toEqual([null, ['a', 'b"'], [0, 0.5]]);
  expect(rows[5_999]).toEqual(['id 5999', ['a', 'b"'], [5, 0.5]]);
});

it('leaves nothing where it is discarded, and refuses a folder that is not there', async () => {
  const writer = await ParquetWriter.create(join(folder, 'none.parquet'), { id: 'text' });
  await writer.append([['a']]);
  await writer.discard();
  expect(await readdir(folder)).not.toContain('none.parquet');
  expect((await readdir(folder)).filter((name) => name.startsWith('.'))).toEqual([]);
  await expect(ParquetWriter.create(join(folder, 'absent', 'a.parquet'), { id: 'text' })).rejects.toMatchObject({ code: 'OUTPUT_UNWRITABLE' });
});
