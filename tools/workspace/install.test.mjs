import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { explainInstall, testedFolders, whatIsMissing, workspaceFolders } from './install.mjs';

const packages = {
  '': {},
  'packages/a': { version: '0.1.0' },
  'node_modules/@x/a': { resolved: 'packages/a', link: true },
  'node_modules/b': { version: '1.0.0' },
  'node_modules/for-another-system': { version: '1.0.0', optional: true },
};

let root;

function write(path, content) {
  mkdirSync(join(root, path, '..'), { recursive: true });
  writeFileSync(join(root, path), JSON.stringify(content));
}

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'gram-install-'));
  write('package-lock.json', { packages });
  const installed = Object.entries(packages).filter(([path, entry]) => path !== '' && !entry.optional);
  write('node_modules/.package-lock.json', { packages: Object.fromEntries(installed) });
  for (const path of ['node_modules/@x/a', 'node_modules/b']) write(join(path, 'package.json'), {});
});

describe('what is missing', () => {
  it('is nothing where all is installed; a package for another system may be absent', () => {
    expect(whatIsMissing(root)).toBeUndefined();
  });

  it('is found where an installation broke off, a folder is gone, a version is another or the lock has grown', () => {
    rmSync(join(root, 'node_modules/b'), { recursive: true });
    expect(whatIsMissing(root)).toBe('node_modules/b is gone');
    write('package-lock.json', { packages: { ...packages, 'node_modules/b': { version: '2.0.0' } } });
    expect(whatIsMissing(root)).toBe('node_modules/b is installed in version 1.0.0, not 2.0.0');
    write('package-lock.json', { packages: { ...packages, 'node_modules/b': undefined, 'node_modules/c': { version: '1.0.0' } } });
    expect(whatIsMissing(root)).toBe('node_modules/c is not installed');
    rmSync(join(root, 'node_modules/.package-lock.json'));
    expect(whatIsMissing(root)).toBe('the packages are not installed');
  });
});

it('knows the folders of the workspace, and those with tests', () => {
  write('package-lock.json', { packages: { ...packages, 'node_modules/@x/c': { resolved: 'packages/c', link: true } } });
  write('packages/a/package.json', { scripts: { test: 'vitest run' } });
  write('packages/c/package.json', { scripts: { build: 'tsup' } });
  expect(workspaceFolders(root)).toEqual(['packages/a', 'packages/c']);
  expect(testedFolders(root)).toEqual(['packages/a']);
});

it.each([
  ['npm error code ENOSPC', /disk is full/],
  ['npm error code EAI_AGAIN\nnpm error request failed', /registry cannot be reached/],
  ['npm error code EUSAGE', /does not fit/],
  ['npm error code EACCES', /may not write/],
  ['npm error something new', /exit code 7/],
])('explains %s', (output, message) => {
  const failure = explainInstall(7, output);
  expect(failure.message).toMatch(message);
  expect(failure.fix).toContain('npm');
  expect(failure.exitCode).toBe(1);
});
