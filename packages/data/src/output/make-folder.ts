import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';

/**
 * Makes a folder and those above it that are not there, from the top down. Node's recursive mkdir, which starts from the bottom, never comes
 * to an end in a file system that answers that a new folder is not there (/proc).
 * @throws the system's error for the first that cannot be made, or EEXIST where there is a file
 */
export async function makeFolder(folder: string): Promise<void> {
  if (existsSync(folder)) {
    // Says nothing of a folder, and EEXIST of a file.
    await mkdir(folder, { recursive: true });
    return;
  }
  await makeFolder(dirname(resolve(folder)));
  await mkdir(folder).catch(unlessThere);
}

/** Another process may have made the same folder. */
function unlessThere(cause: unknown): void {
  if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') throw cause;
}
