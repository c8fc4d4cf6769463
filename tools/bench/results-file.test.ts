import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { buildFingerprint, ResultsFile } from './results-file.js';

let folder: string;
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'gram-results-'))));
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('ResultsFile', () => {
  it('goes on with what was saved after every entry', async () => {
    const path = join(folder, 'deeper', 'peer.json');
    const first = await ResultsFile.open<number>(path, { steps: 3 });
    await first.add(1);
    await first.add(2);
    const second = await ResultsFile.open<number>(path, { steps: 3 });
    await second.add(3);
    expect((await ResultsFile.open<number>(path, { steps: 3 })).entries).toEqual([1, 2, 3]);
    expect(await readdir(join(folder, 'deeper'))).toEqual(['peer.json']);
  });

  it('refuses figures of other settings, naming what changed', async () => {
    const path = join(folder, 'peer.json');
    await (await ResultsFile.open<number>(path, { steps: 3, build: 'a' })).add(1);
    await expect(ResultsFile.open<number>(path, { steps: 4, build: 'a' })).rejects.toThrow('steps was 3 and is 4. Name another folder');
    await expect(ResultsFile.open<number>(path, { build: 'a' })).rejects.toThrow('steps was 3 and is not set');
  });
});

describe('buildFingerprint', () => {
  it('changes with what was built, in folders of either depth', async () => {
    for (const name of ['spec', 'models/dkt']) {
      await mkdir(join(folder, name, 'dist'), { recursive: true });
      await writeFile(join(folder, name, 'dist', 'index.js'), name);
    }
    const before = await buildFingerprint(folder);
    expect(await buildFingerprint(folder)).toBe(before);
    await writeFile(join(folder, 'models/dkt/dist/index.js'), 'changed');
    expect(await buildFingerprint(folder)).not.toBe(before);
  });
});
