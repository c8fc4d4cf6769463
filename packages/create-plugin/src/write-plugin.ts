import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { PluginFiles } from './render-template.js';
import { ScaffoldError } from './scaffold-error.js';

/** What may be in a folder that counts as empty. */
const ignored = new Set(['.git', '.DS_Store']);

/**
 * Writes the files of a plugin into a folder that is new or empty: all of them or none. They are written beside it first.
 * @throws ScaffoldError OUTPUT_UNWRITABLE where the folder holds something, or cannot be written.
 */
export async function writePlugin(files: PluginFiles, directory: string): Promise<void> {
  const exists = await requireFree(directory);
  const parent = path.dirname(directory);
  const made = await attempt(parent, () => mkdir(parent, { recursive: true }));
  try {
    await writeBeside(files, directory, exists);
  } catch (error) {
    // `mkdir` tells the first folder that it had to make.
    if (made !== undefined) await rm(made, { recursive: true, force: true });
    throw error;
  }
}

/**
 * Whether there is such a folder, an empty one.
 * @throws ScaffoldError OUTPUT_UNWRITABLE where there is more.
 */
export async function requireFree(directory: string): Promise<boolean> {
  const entries = await attempt(directory, () => readdir(directory).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }));
  const found = entries?.filter((entry) => !ignored.has(entry)) ?? [];
  if (found.length === 0) return entries !== undefined;
  const shown = found.slice(0, 3).join(', ') + (found.length > 3 ? `, and ${found.length - 3} more` : '');
  throw new ScaffoldError('OUTPUT_UNWRITABLE', `${directory} is not empty: there is ${shown}`, 'Name a folder that is new or empty: --directory FOLDER.');
}

async function writeBeside(files: PluginFiles, directory: string, exists: boolean): Promise<void> {
  const beside = await attempt(directory, () => mkdtemp(path.join(path.dirname(directory), `.${path.basename(directory)}-`)));
  try {
    await attempt(directory, async () => {
      for (const [file, text] of files) {
        await mkdir(path.dirname(path.join(beside, file)), { recursive: true });
        await writeFile(path.join(beside, file), text);
      }
      await (exists ? moveEntries(beside, directory) : rename(beside, directory));
    });
  } finally {
    await rm(beside, { recursive: true, force: true });
  }
}

/** Into a folder that stays itself, since it may be where a shell stands; takes back what it moved where something fails. */
async function moveEntries(from: string, to: string): Promise<void> {
  const moved: string[] = [];
  try {
    for (const entry of await readdir(from)) {
      await rename(path.join(from, entry), path.join(to, entry));
      moved.push(entry);
    }
  } catch (error) {
    for (const entry of moved) await rm(path.join(to, entry), { recursive: true, force: true });
    throw error;
  }
}

/** What the operating system refuses, as an error for people. */
async function attempt<Value>(directory: string, work: () => Promise<Value>): Promise<Value> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof ScaffoldError) throw cause;
    throw new ScaffoldError('OUTPUT_UNWRITABLE', `${directory} cannot be written: ${(cause as Error).message}`, 'Name another folder: --directory FOLDER.', { cause });
  }
}
