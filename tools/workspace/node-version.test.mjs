import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { checkNodeVersion } from './node-version.mjs';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

it('refuses an older Node and says which one is needed', () => {
  expect(() => checkNodeVersion(root, '18.20.0')).toThrow(/Node 18\.20\.0 is too old: Gramkit needs 20\.19/);
  expect(() => checkNodeVersion(root, '20.18.9')).toThrow();
  for (const version of ['20.19.0', '20.20.2', '22.1.0', '24.0.0']) expect(() => checkNodeVersion(root, version)).not.toThrow();
});
