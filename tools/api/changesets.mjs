import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import parseChangeset from '@changesets/parse';
import { Failure } from '../workspace/failure.mjs';

/** @typedef {{ file: string, releases: { name: string, type: string }[], summary: string }} Changeset `file`: relative to the root. */

/** The changesets that wait for a release. @returns {Changeset[]} @throws Failure naming a file that is none. */
export function readChangesets(root) {
  const folder = join(root, '.changeset');
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith('.md') && name !== 'README.md')
    .sort()
    .map((name) => ({ file: join('.changeset', name), ...parse(join('.changeset', name), readFileSync(join(folder, name), 'utf8')) }));
}

function parse(file, text) {
  try {
    return parseChangeset(text);
  } catch (cause) {
    throw new Failure(`${file} is no changeset (${cause.message})`, `rm ${file}, then: npx changeset`);
  }
}
