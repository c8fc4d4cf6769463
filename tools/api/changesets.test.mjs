import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readChangesets } from './changesets.mjs';

let root;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'gramkit-changesets-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function write(name, text) {
  mkdirSync(join(root, '.changeset'), { recursive: true });
  writeFileSync(join(root, '.changeset', name), text);
}

test('changesets are read, but for the folder\'s README', () => {
  expect(readChangesets(root)).toEqual([]);
  write('README.md', '# What changed\n');
  write('brave-cat.md', '---\n"@gramkit/spec": minor\n---\n\nAdd a token.\n');
  expect(readChangesets(root)).toEqual([{ file: join('.changeset', 'brave-cat.md'), releases: [{ name: '@gramkit/spec', type: 'minor' }], summary: 'Add a token.' }]);
});

test('a file that is no changeset is named', () => {
  write('torn.md', 'no front matter\n');
  expect(() => readChangesets(root)).toThrow('torn.md is no changeset');
});
