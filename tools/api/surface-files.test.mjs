import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { fingerprint } from './check-surface.mjs';
import { readReleased, readReports, recordReleased, writeReports } from './surface-files.mjs';

let root;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'gramkit-surface-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const spec = (report) => ({ packageName: '@gramkit/spec', file: 'spec.api.md', report });

test('reports are written where they changed, and those of nothing leave', () => {
  expect(writeReports(root, [spec('one')])).toEqual(['api/spec.api.md']);
  expect(writeReports(root, [spec('one')])).toEqual([]);
  writeFileSync(join(root, 'api', 'gone.api.md'), '');
  expect(writeReports(root, [spec('two')])).toEqual(['api/gone.api.md', 'api/spec.api.md']);
  expect([...readReports(root)]).toEqual([['spec.api.md', 'two']]);
});

test('a release records the fingerprints of the reports', () => {
  expect(readReleased(root)).toEqual({});
  writeReports(root, [spec('one')]);
  recordReleased(root);
  expect(readReleased(root)).toEqual({ 'spec.api.md': fingerprint('one') });
  expect(readFileSync(join(root, 'api', 'released.json'), 'utf8').endsWith('}\n')).toBe(true);
});
