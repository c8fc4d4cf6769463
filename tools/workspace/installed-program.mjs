import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The words that run a program of an installed package, whatever the PATH: its package.json says where it lies. */
export function installedProgram(root, packageName, program = packageName) {
  const folder = join(root, 'node_modules', packageName);
  const { bin } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  return [process.execPath, join(folder, typeof bin === 'string' ? bin : bin[program])];
}
