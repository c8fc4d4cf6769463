import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A temporary folder for one test. */
export async function temporaryFolder(): Promise<{ readonly path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'gramkit-engine-'));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}

/** Writes shell scripts by name into a folder that holds nothing else, for use as the whole PATH. The scripts' own commands are found as usual. */
export async function fakePrograms(folder: string, scripts: Readonly<Record<string, string>>): Promise<string> {
  const bin = join(folder, 'bin');
  await mkdir(bin, { recursive: true });
  for (const [name, body] of Object.entries(scripts)) {
    await writeFile(join(bin, name), `#!/bin/sh\nPATH=/usr/local/bin:/usr/bin:/bin\n${body}\n`);
    await chmod(join(bin, name), 0o755);
  }
  return bin;
}
