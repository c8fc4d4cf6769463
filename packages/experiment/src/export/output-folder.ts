import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { forgetPartial, makeFolder, partialPath, refuseUnwritable } from '@gramkit/data';
import { GramkitError } from '@gramkit/spec';

/**
 * Checks that a folder may be written: it is not there, is empty, or (with `overwrite`) holds nothing but what an export writes.
 * @throws GramkitError OUTPUT_UNWRITABLE
 */
export async function requireFreeFolder(folder: string, overwrite: boolean, exported: ReadonlySet<string>): Promise<void> {
  if (!existsSync(folder)) return;
  const entries = await refuseUnwritable(folder, () => readdir(folder));
  const stranger = overwrite ? entries.find((name) => !exported.has(name)) : entries[0];
  if (stranger === undefined) return;
  throw new GramkitError('OUTPUT_UNWRITABLE', overwrite ? `the folder holds '${stranger}', which no export wrote` : `the folder is not empty (it holds '${stranger}')`, {
    file: folder, fix: overwrite ? 'Choose another output folder.' : 'Replace an export that is there (--overwrite), or choose another output folder.',
  });
}

/** Writes a folder beside its place and gives it its name when it is whole. @throws GramkitError OUTPUT_UNWRITABLE; what `write` throws, with nothing left. */
export async function writeFolder(folder: string, write: (directory: string) => Promise<void>): Promise<void> {
  const target = resolve(folder);
  const beside = partialPath(target);
  try {
    await refuseUnwritable(folder, async () => {
      await makeFolder(dirname(target));
      await mkdir(beside);
    });
    await write(beside);
    await refuseUnwritable(folder, () => replaceFolder(beside, target));
  } finally {
    await rm(beside, { recursive: true, force: true });
    forgetPartial(beside);
  }
}

async function replaceFolder(beside: string, target: string): Promise<void> {
  const old = `${beside}.old`;
  if (existsSync(target)) await rename(target, old);
  await rename(beside, target);
  await rm(old, { recursive: true, force: true });
}
