import { lstat, readFile, readlink, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileChecksum } from './checksum.js';

const stampName = '.gramkit-stamp.json';

interface StampedFile {
  readonly path: string;
  readonly bytes: number;
  readonly modifiedMilliseconds: number;
  readonly sha256: string;
}

interface StampedLink {
  readonly path: string;
  readonly target: string;
}

/** What a finished folder of the cache holds, written into it as its last file. */
export interface Stamp {
  /** Changes with the recipe that made the folder. */
  readonly fingerprint: string;
  readonly files: readonly StampedFile[];
  readonly links: readonly StampedLink[];
}

/** Writes the stamp of `directory` over the given relative paths. */
export async function writeStamp(directory: string, fingerprint: string, paths: readonly string[], onBytes?: (count: number) => void): Promise<void> {
  const files: StampedFile[] = [];
  const links: StampedLink[] = [];
  for (const path of paths) {
    const full = join(directory, path);
    const status = await lstat(full);
    if (status.isSymbolicLink()) links.push({ path, target: await readlink(full) });
    else files.push({ path, bytes: status.size, modifiedMilliseconds: Math.round(status.mtimeMs), sha256: await fileChecksum(full, onBytes) });
  }
  const stamp: Stamp = { fingerprint, files, links };
  await writeFile(join(directory, stampName), JSON.stringify(stamp));
}

/** The stamp of `directory`, or undefined where there is none that can be read. */
export async function readStamp(directory: string): Promise<Stamp | undefined> {
  try {
    const stamp = JSON.parse(await readFile(join(directory, stampName), 'utf8')) as Stamp;
    return Array.isArray(stamp.files) && Array.isArray(stamp.links) ? stamp : undefined;
  } catch {
    return undefined;
  }
}

/**
 * The first thing in `directory` that differs from its stamp, as a sentence; undefined where all is well.
 * The quick check compares sizes and times and re-hashes only files whose time differs (a copied cache); `verify` re-hashes all.
 */
export async function findDamage(directory: string, stamp: Stamp, verify: boolean): Promise<string | undefined> {
  for (const link of stamp.links) {
    const target = await readlink(join(directory, link.path)).catch(() => undefined);
    if (target !== link.target) return `the link ${link.path} is ${target === undefined ? 'missing' : 'changed'}`;
  }
  for (const file of stamp.files) {
    const damage = await findFileDamage(directory, file, verify);
    if (damage !== undefined) return damage;
  }
  return undefined;
}

async function findFileDamage(directory: string, file: StampedFile, verify: boolean): Promise<string | undefined> {
  const full = join(directory, file.path);
  const status = await stat(full).catch(() => undefined);
  if (status === undefined || !status.isFile()) return `the file ${file.path} is missing`;
  if (status.size !== file.bytes) return `the file ${file.path} has ${status.size} bytes instead of ${file.bytes}`;
  const sameTime = Math.round(status.mtimeMs) === file.modifiedMilliseconds;
  if (sameTime && !verify) return undefined;
  if ((await fileChecksum(full)) !== file.sha256) return `the file ${file.path} does not match its checksum`;
  // So that the next quick check need not hash it again; a read-only cache works without.
  if (!sameTime) await utimes(full, status.atime, new Date(file.modifiedMilliseconds)).catch(() => {});
  return undefined;
}
