import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach } from 'vitest';

/** A folder of its own for each test of the file; gives its path while a test runs. */
export function temporaryFolder(): () => string {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(await realpath(tmpdir()), 'gramkit-create-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));
  return () => folder;
}
