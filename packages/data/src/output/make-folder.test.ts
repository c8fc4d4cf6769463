import { existsSync } from 'node:fs';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { makeFolder } from './make-folder.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gramkit-folder-'));
  await writeFile(join(folder, 'file'), '');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

it('makes what is missing, and lets be what is there', async () => {
  await Promise.all([makeFolder(join(folder, 'a/b/c')), makeFolder(join(folder, 'a/b/d'))]);
  await makeFolder(join(folder, 'a/b/c'));
  expect((await stat(join(folder, 'a/b/c'))).isDirectory()).toBe(true);
  expect((await stat(join(folder, 'a/b/d'))).isDirectory()).toBe(true);
});

it('is refused in the place of a file, and below one', async () => {
  await expect(makeFolder(join(folder, 'file'))).rejects.toMatchObject({ code: 'EEXIST' });
  await expect(makeFolder(join(folder, 'file/a/b'))).rejects.toMatchObject({ code: expect.stringMatching(/ENOTDIR|EEXIST/) as string });
});

it.runIf(existsSync('/proc/self'))('comes to an end where no folder can be made', async () => {
  await expect(makeFolder('/proc/gramkit/deeper/still')).rejects.toMatchObject({ syscall: 'mkdir' });
});
