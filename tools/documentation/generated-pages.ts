import { readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { configurationReference } from '@gramkit/experiment';
import { commandReference } from './command-reference.js';

const root = resolve(import.meta.dirname, '../..');

/** Pages that are made from code and committed, so that they can be read where no site is built. */
const pages = [
  { file: 'docs/configuration.md', source: 'the schemas', make: configurationReference },
  { file: 'docs/commands.md', source: "the commands' help", make: commandReference },
];

/** `npm run docs` writes them; with `--check` it only says which are not current. */
for (const { file, source, make } of pages) {
  const wanted = await make();
  if (!process.argv.includes('--check')) {
    await writeFile(join(root, file), wanted);
  } else if ((await readFile(join(root, file), 'utf8').catch(() => '')) !== wanted) {
    console.error(`${file} does not say what ${source} say.\nFix: npm run docs`);
    process.exitCode = 1;
  }
}
