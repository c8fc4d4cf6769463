import { rmSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';

/** Files and folders that are being written: taken away also where the process is ended at once. */
const unfinished = new Set<string>();
process.on('exit', () => {
  for (const path of unfinished) rmSync(path, { recursive: true, force: true });
});

/** A path beside `target` for what becomes it when it is whole. Whoever asks ends with `forgetPartial`. */
export function partialPath(target: string, ending = ''): string {
  const path = join(dirname(resolve(target)), `.${basename(target)}.${process.pid}.partial${ending}`);
  unfinished.add(path);
  return path;
}

/** The path has its own name by now, or is gone. Returns whether it was still unfinished. */
export function forgetPartial(path: string): boolean {
  return unfinished.delete(path);
}
