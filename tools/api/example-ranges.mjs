import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Lets the examples ask for what is released: they are packages of their own, outside the workspace, so changesets does not know them.
 * @param {readonly { name: string, oldVersion: string, newVersion: string }[]} releases
 */
export function releaseExamples(root, releases) {
  for (const name of readdirSync(join(root, 'examples'))) {
    const file = join(root, 'examples', name, 'package.json');
    if (existsSync(file)) writeFileSync(file, withRanges(readFileSync(file, 'utf8'), releases));
  }
}

/** The text of a package.json that asks for the new versions where it asked for the old ones. */
export function withRanges(text, releases) {
  return releases.reduce((before, { name, oldVersion, newVersion }) => before.replaceAll(`"${name}": "^${oldVersion}"`, `"${name}": "^${newVersion}"`), text);
}
