import { expect, test } from 'vitest';
import { entryPoints } from './entry-points.mjs';

test('entry points are the exports that have types', () => {
  const exports = {
    '.': { types: './dist/index.d.ts', import: './dist/index.js' },
    './testing': { types: './dist/testing/index.d.ts', import: './dist/testing/index.js' },
    './package.json': './package.json',
  };
  expect(entryPoints({ name: '@gramkit/tensor', exports })).toEqual([
    { specifier: '@gramkit/tensor', subpath: '', declarations: './dist/index.d.ts' },
    { specifier: '@gramkit/tensor/testing', subpath: 'testing', declarations: './dist/testing/index.d.ts' },
  ]);
});

test('a program without exports has none', () => {
  expect(entryPoints({ name: 'create-gramkit-plugin' })).toEqual([]);
});
