import { expect, test } from 'vitest';
import { publishedManifest } from './published-manifest.mjs';

const manifest = {
  name: '@gramkit/example',
  version: '1.2.3',
  exports: { '.': { '@gramkit/source': './src/index.ts', types: './dist/index.d.ts', import: './dist/index.js' }, './package.json': './package.json' },
  files: ['dist'],
  scripts: { build: 'tsup' },
  peerDependencies: { '@gramkit/spec': '^1.0.0' },
  devDependencies: { '@gramkit/spec': '^1.0.0' },
  nx: { tags: ['encoder'] },
};

test('a packed package points to what is in the tarball alone', () => {
  expect(publishedManifest(manifest).exports).toEqual({ '.': { types: './dist/index.d.ts', import: './dist/index.js' }, './package.json': './package.json' });
});

test('scripts, development dependencies and Nx stay in the workspace; all else is kept', () => {
  expect(Object.keys(publishedManifest(manifest))).toEqual(['name', 'version', 'files', 'peerDependencies', 'exports']);
});

test('a package without exports gets none', () => {
  expect(publishedManifest({ name: 'program', bin: './bin/program.js' })).toEqual({ name: 'program', bin: './bin/program.js' });
});
