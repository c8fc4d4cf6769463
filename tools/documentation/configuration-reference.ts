import { readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { configurationReference } from '@gramkit/experiment';

const file = join(resolve(import.meta.dirname, '../..'), 'docs/configuration.md');

/** `npm run docs` writes docs/configuration.md from the schemas; with `--check` it only says whether the file is current. */
const current = await readFile(file, 'utf8').catch(() => '');
const wanted = await configurationReference();
if (process.argv.includes('--check')) {
  if (current !== wanted) {
    console.error('docs/configuration.md does not say what the schemas say.\nFix: npm run docs');
    process.exitCode = 1;
  }
} else {
  await writeFile(file, wanted);
}
