import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Deletes the files of a folder that were used longest ago, until the rest takes up no more than `limitBytes`. */
export async function limitFolder(folder: string, limitBytes: number): Promise<void> {
  const names = await readdir(folder);
  const files = await Promise.all(names.map((name) => describe(join(folder, name))));
  const latestFirst = files.filter((file) => file !== undefined).sort((left, right) => right.usedAt - left.usedAt);
  let total = 0;
  for (const { file, bytes } of latestFirst) {
    total += bytes;
    if (total > limitBytes) await rm(file, { force: true });
  }
}

/** Undefined for what is no file, or was deleted meanwhile by another run. */
async function describe(file: string): Promise<{ readonly file: string; readonly bytes: number; readonly usedAt: number } | undefined> {
  const status = await stat(file).catch(() => undefined);
  return status?.isFile() === true ? { file, bytes: status.size, usedAt: status.mtimeMs } : undefined;
}
