import { readdir, readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parsePage, type ParsedPage } from './page-blocks.js';

export const root = resolve(import.meta.dirname, '../..');

/** Made by tools, or a record of runs that take hours. */
const notFollowed = ['docs/benchmarks.md', 'docs/configuration.md', 'docs/commands.md'];

/** The pages that a reader follows, relative to the workspace: the README first, then the book. */
export async function bookPages(): Promise<string[]> {
  const found = await readdir(resolve(root, 'docs'), { recursive: true });
  const book = found.filter((file) => file.endsWith('.md') && !/^(api|\.vitepress)\//.test(file)).map((file) => `docs/${file}`).sort();
  return ['README.md', ...book.filter((page) => !notFollowed.includes(page))];
}

/** The blocks of a page of the book, and what is wrong with them. */
export async function readPage(page: string): Promise<ParsedPage> {
  return parsePage(await readFile(resolve(root, page), 'utf8'));
}
