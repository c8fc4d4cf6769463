import { expect, test } from 'vitest';
import { checkFiles, checkManifest } from './tarball-checks.mjs';

const manifest = {
  name: '@gramkit/spec', version: '0.1.0', description: 'Contracts', license: 'Apache-2.0', type: 'module', engines: { node: '>=20.19' },
  exports: { '.': { '@gramkit/source': './src/index.ts', types: './dist/index.d.ts', import: './dist/index.js' } }, files: ['dist', 'bin'],
};
const files = ['package.json', 'README.md', 'LICENSE', 'dist/index.js', 'dist/index.js.map', 'dist/index.d.ts', 'bin/run.js'];
const packed = (changes, changedFiles = files) => ({ name: manifest.name, manifest: { ...manifest, ...changes }, files: changedFiles });
const checkAmong = (one) => checkManifest(one, [packed({}), one]);

test('built files, the licence, the README and what "files" names belong into a tarball', () => {
  expect(() => checkFiles(packed({}))).not.toThrow();
});

test.each(['src/index.ts', 'dist/index.test.d.ts', 'dist/__fixtures__/a.js', 'test-results.json', 'dist/data.bin'])('%s does not', (path) => {
  expect(() => checkFiles(packed({}, [...files, path]))).toThrow(`${path} is in the tarball`);
});

test.each(['LICENSE', 'README.md', 'dist/index.d.ts'])('a tarball without %s is refused', (path) => {
  expect(() => checkFiles(packed({}, files.filter((file) => file !== path)))).toThrow(`${path} is not in the tarball`);
});

test('a package.json that a stranger can install passes', () => {
  expect(() => checkAmong(packed({}))).not.toThrow();
});

test.each([
  ['an unpublished package', { dependencies: { '@gramkit/model-testing': '^0.1.0' } }, 'asks for @gramkit/model-testing, which is not published'],
  ['an exact version of another', { peerDependencies: { '@gramkit/spec': '0.1.0' } }, 'asks for @gramkit/spec 0.1.0, not ^0.1.0'],
  ['no licence', { license: undefined }, 'has no "license"'],
  ['CommonJS', { type: 'commonjs' }, 'is no ESM package'],
])('%s is refused', (_, changes, message) => {
  expect(() => checkAmong(packed(changes))).toThrow(message);
});
