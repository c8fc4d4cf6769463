import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Failure } from '../workspace/failure.mjs';
import { CheckList, needs } from './check-list.mjs';

let said;
beforeEach(() => {
  said = '';
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    said += text;
    return true;
  });
});
afterEach(() => vi.restoreAllMocks());

test('a check gives what it found, and a failed one stops no other', async () => {
  const list = new CheckList();
  expect(await list.check('first', () => 7)).toBe(7);
  expect(await list.check('second', () => { throw new Failure('broken', 'mend it', { details: 'what npm said' }); })).toBeUndefined();
  expect(await list.check('third', () => {})).toBe(true);
  expect([list.passed, list.failed]).toEqual([2, 1]);
  expect(said).toMatch(/FAILED {2}second .*\n\s+what npm said\n\s+broken\n\s+Fix: mend it/);
});

test('what depends on a failed check fails too', async () => {
  const list = new CheckList();
  const installed = await list.check('install', () => { throw new Failure('no network', 'npm ci'); });
  expect(await list.check('import', () => needs(installed, 'install'))).toBeUndefined();
  expect(list.failed).toBe(2);
  expect(said).toContain('not tried: install failed');
});

test('an interrupt stops all', async () => {
  await expect(new CheckList().check('install', () => { throw new Failure('interrupted', 'again', { exitCode: 130 }); })).rejects.toThrow('interrupted');
});
