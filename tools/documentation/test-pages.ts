import { bookPages, readPage, root } from './book-pages.js';
import type { ParsedPage } from './page-blocks.js';
import { runPage } from './run-page.js';

/** Runs one page and says how it went. @returns whether everything in it is true */
async function testPage(page: string): Promise<boolean> {
  const parsed = await readPage(page);
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
const named = process.argv.slice(2);
const pages = named.length > 0 ? named : await bookPages();
let failed = 0;
for (const page of pages) if (!(await testPage(page))) failed++;
if (failed > 0) {
  console.error(`${failed} of ${pages.length} pages say what is not so.`);
  process.exitCode = 1;
}
