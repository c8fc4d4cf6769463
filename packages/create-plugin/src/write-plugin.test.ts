import { chmod, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from './testing/temporary-folder.js';
import { writePlugin } from './write-plugin.js';

const files = new Map([['package.json', '{}\n'], ['src/index.ts', 'export {};\n']]);
/** The second cannot be written beside the first. */
const impossible = new Map([['a', 'a file'], ['a/b', 'a file in it']]);

describe('writePlugin', () => {
  const folder = temporaryFolder();

  it('makes the folder and those above it', async () => {
    const target = path.join(folder(), 'deep', 'er', 'plugin');
    await writePlugin(files, target);
    expect(await readFile(path.join(target, 'src/index.ts'), 'utf8')).toBe('export {};\n');
    expect(await readdir(path.join(folder(), 'deep', 'er'))).toEqual(['plugin']);
  });

  it('fills a folder that is empty but for a repository', async () => {
    await mkdir(path.join(folder(), 'plugin/.git'), { recursive: true });
    await writePlugin(files, path.join(folder(), 'plugin'));
    expect((await readdir(path.join(folder(), 'plugin'))).sort()).toEqual(['.git', 'package.json', 'src']);
    expect(await readdir(folder())).toEqual(['plugin']);
  });

  it('refuses a folder that holds something, and a file, and leaves both as they are', async () => {
    await mkdir(path.join(folder(), 'full'));
    await writeFile(path.join(folder(), 'full', 'notes.md'), 'mine');
    await writeFile(path.join(folder(), 'file'), 'mine');
    await expect(writePlugin(files, path.join(folder(), 'full'))).rejects.toMatchObject({ code: 'OUTPUT_UNWRITABLE', message: expect.stringContaining('there is notes.md') as string });
    await expect(writePlugin(files, path.join(folder(), 'file'))).rejects.toMatchObject({ code: 'OUTPUT_UNWRITABLE' });
    await expect(writePlugin(files, path.join(folder(), 'file', 'below'))).rejects.toMatchObject({ code: 'OUTPUT_UNWRITABLE' });
    expect(await readdir(folder(), { recursive: true })).toEqual(expect.arrayContaining(['file', 'full', path.join('full', 'notes.md')]));
    expect(await readFile(path.join(folder(), 'file'), 'utf8')).toBe('mine');
  });

  it('leaves nothing behind where it fails midway', async () => {
    await expect(writePlugin(impossible, path.join(folder(), 'new/plugin'))).rejects.toMatchObject({ code: 'OUTPUT_UNWRITABLE' });
    await mkdir(path.join(folder(), 'empty'));
    await expect(writePlugin(impossible, path.join(folder(), 'empty'))).rejects.toMatchObject({ code: 'OUTPUT_UNWRITABLE' });
    expect(await readdir(folder(), { recursive: true })).toEqual(['empty']);
  });

  it.skipIf(process.getuid?.() === 0)('says that a folder may not be written (skipped for root, who may)', async () => {
    await chmod(folder(), 0o500);
    await expect(writePlugin(files, path.join(folder(), 'plugin'))).rejects.toMatchObject({ code: 'OUTPUT_UNWRITABLE', message: expect.stringContaining('EACCES') as string });
  });
});
