import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startRegistry } from './local-registry.mjs';

let folder;
let registry;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'gramkit-registry-'));
  const tarball = join(folder, 'gramkit-spec-1.2.3.tgz');
  writeFileSync(tarball, 'packed');
  registry = await startRegistry([{ name: '@gramkit/spec', manifest: { name: '@gramkit/spec', version: '1.2.3', scripts: {} }, tarball }], 'https://upstream.test/mirror/');
});
afterEach(async () => {
  await registry.stop();
  rmSync(folder, { recursive: true, force: true });
});

test('a packed package has its newest version and a tarball, by the address that npm asks for', async () => {
  const described = await (await fetch(`${registry.url}@gramkit%2fspec`)).json();
  expect(described['dist-tags'].latest).toBe('1.2.3');
  const { dist, scripts } = described.versions['1.2.3'];
  expect(scripts).toBeUndefined();
  expect(dist.integrity).toMatch(/^sha512-/);
  expect(await (await fetch(dist.tarball)).text()).toBe('packed');
});

test('any other package is where npm would have looked', async () => {
  const response = await fetch(`${registry.url}@types%2fnode`, { redirect: 'manual' });
  expect(response.status).toBe(307);
  expect(response.headers.get('location')).toBe('https://upstream.test/mirror/@types%2fnode');
});
