import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parsePage, type ParsedPage } from './page-blocks.js';
import { runPage } from './run-page.js';

const root = resolve(import.meta.dirname, '../..');

/** Made by tools, or a record of runs that take hours. */
const notRun = ['docs/benchmarks.md', 'docs/configuration.md', 'docs/commands.md'];

/** The pages of the book that a reader follows. */
async function allPages(): Promise<string[]> {
  const found = await readdir(join(root, 'docs'), { recursive: true });
  const book = found.filter((file) => file.endsWith('.md') && !/^(api|\.vitepress)\//.test(file)).map((file) => `docs/${file}`).sort();
  return ['README.md', ...book.filter((page) => !notRun.includes(page))];
}

/** Runs one page and says how it went. @returns whether everything in it is true */
async function testPage(page: string): Promise<boolean> {
  const parsed = parsePage(await readFile(join(root, page), 'utf8'));
  for (const { line, message } of parsed.problems) console.error(`${page}:${line}: ${message}`);
  if (parsed.problems.length > 0) return false;
  const { failure, processorSeconds } = await runPage(parsed.blocks, root);
  if (failure === undefined) {
    console.error(`${page}: ${countsOf(parsed)}, ${processorSeconds.toFixed(1)} s of processor time`);
    return true;
  }
  console.error(`${page}${failure.line === undefined ? '' : `:${failure.line}`}: ${failure.message}\n${failure.output.replace(/^/gm, '    ')}`);
  return false;
}

function countsOf({ blocks }: ParsedPage): string {
  const commands = blocks.filter(({ kind }) => kind === 'commands');
  const skipped = commands.filter(({ skip }) => skip !== undefined).length;
  return `${commands.length - skipped} blocks of commands run, ${skipped} not run`;
}

/** `npm run test:docs [-- PAGE…]`: runs the commands of the pages, all of them unless some are named. */
const words = process.argv.slice(2);
const pages = words.length > 0 ? words : await allPages();
let failed = 0;
for (const page of pages) if (!(await testPage(page))) failed++;
if (failed > 0) {
  console.error(`${failed} of ${pages.length} pages say what is not so.`);
  process.exitCode = 1;
}
