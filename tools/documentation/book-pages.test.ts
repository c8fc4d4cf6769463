import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { bookPages, readPage, root } from './book-pages.js';

const pages = await bookPages();

/** Files that a page shows by VitePress's `<<< @/path`, which starts from docs; a missing one would leave a hole in the page. */
function shownFiles(source: string): string[] {
  return [...source.matchAll(/^<<< @\/([^\s{#]+)/gm)].map(([, file]) => resolve(root, 'docs', file!));
}

describe('the book', () => {
  it('has its pages', () => {
    expect(pages).toEqual(expect.arrayContaining(['README.md', 'docs/tutorial.md', 'docs/plugins.md', 'docs/guides/compare.md']));
  });

  it.each(pages)('marks the blocks of %s so that its commands can be run', async (page) => {
    expect((await readPage(page)).problems).toEqual([]);
  });

  it('shows files that there are', async () => {
    const sources = await Promise.all(pages.map((page) => readFile(resolve(root, page), 'utf8')));
    const shown = sources.flatMap(shownFiles);
    expect(shown.length).toBeGreaterThan(4);
    expect(shown.filter((file) => !existsSync(file))).toEqual([]);
  });
});
