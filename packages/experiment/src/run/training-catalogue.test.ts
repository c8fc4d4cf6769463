import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ItemContent } from '@gramkit/spec';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RunFolder } from './run-folder.js';
import { KeptCatalogue, NewCatalogue } from './training-catalogue.js';

let base: string;
beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), 'gramkit-catalogue-'));
});
afterAll(() => rm(base, { recursive: true }));

async function folderAt(name: string): Promise<RunFolder> {
  await mkdir(join(base, name));
  return new RunFolder(join(base, name));
}

const items: readonly ItemContent[] = ['b', 'a'].map((id) => ({ id, fields: { text: id } }));
const idsOf = (given: readonly ItemContent[]) => given.map(({ id }) => id);

describe('what is derived from the items of a run', () => {
  it('is derived once when the run begins, and given back from its folder ever after', async () => {
    let reads = 0;
    let derivations = 0;
    const catalogue = new NewCatalogue(async () => {
      reads++;
      return items;
    });
    const derive = (given: readonly ItemContent[]) => {
      derivations++;
      return idsOf(given);
    };
    expect(await Promise.all([catalogue.derive('ids', derive), catalogue.derive('ids', derive)])).toEqual([['b', 'a'], ['b', 'a']]);
    expect(await catalogue.derive('count', (given) => given.length)).toBe(2);
    expect([reads, derivations]).toEqual([1, 1]);
    const folder = await folderAt('run');
    await catalogue.keep(folder);
    const kept = new KeptCatalogue(folder);
    expect([await kept.derive('ids'), await kept.derive('count')]).toEqual([['b', 'a'], 2]);
  });

  it('leaves no file, and reads no items, where no component asks', async () => {
    const folder = await folderAt('nothing');
    await new NewCatalogue(() => Promise.reject(new Error('read'))).keep(folder);
    await expect(new KeptCatalogue(folder).derive('ids')).rejects.toMatchObject({ code: 'RUN_NOT_FOUND', details: { file: folder.derived } });
  });

  it('is not made up where the folder lacks it', async () => {
    const folder = await folderAt('other');
    await writeFile(folder.derived, '{"ids": []}');
    await expect(new KeptCatalogue(folder).derive('toString')).rejects.toMatchObject({ code: 'CHECKPOINT_CORRUPT', details: { file: folder.derived, field: 'toString' } });
  });
});
