import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, symlink, truncate, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../testing/fake-programs.js';
import { runStages, type SetupOptions } from './setup.js';
import { inspectStage, type Stage } from './stage.js';

describe('runStages', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let cache: string;
  let builds: number;

  beforeEach(async () => {
    folder = await temporaryFolder();
    cache = join(folder.path, 'cache');
    builds = 0;
  });

  afterEach(() => folder.remove());

  /** A stage of one file and one link to it. */
  function stage(overrides: Partial<Stage> = {}): Stage {
    return {
      name: 'sample',
      title: 'a sample',
      directory: 'parts/sample-1',
      fingerprint: '1',
      neededBytes: 1,
      async build(directory) {
        builds += 1;
        await writeFile(join(directory, 'data'), 'content');
        await symlink('data', join(directory, 'link'));
        return ['data', 'link'];
      },
      ...overrides,
    };
  }

  const run = (stages: readonly Stage[] = [stage()], options: SetupOptions = {}) => runStages(stages, { cacheDirectory: cache, ...options });
  const dataPath = (): string => join(cache, 'parts/sample-1/data');
  const leftovers = async (): Promise<string[]> => (await readdir(join(cache, 'parts'))).filter((name) => name.startsWith('.partial'));

  it('makes what is missing once, and then leaves it alone', async () => {
    expect((await run()).built).toEqual(['sample']);
    expect((await run()).built).toEqual([]);
    expect(builds).toBe(1);
    expect(await readFile(join(cache, 'parts/sample-1/link'), 'utf8')).toBe('content');
  });

  it.each([
    ['a deleted file', () => rm(dataPath())],
    ['a truncated file', () => truncate(dataPath(), 3)],
    ['a file written over later', () => writeFile(dataPath(), 'CONTENT').then(() => utimes(dataPath(), 1, 1))],
    ['a deleted link', () => rm(join(cache, 'parts/sample-1/link'))],
    ['a missing stamp', () => rm(join(cache, 'parts/sample-1/.gramkit-stamp.json'))],
    ['a stamp that is no JSON', () => writeFile(join(cache, 'parts/sample-1/.gramkit-stamp.json'), '{')],
  ])('repairs %s', async (_case, damage) => {
    await run();
    await damage();
    expect((await inspectStage(cache, stage(), false)).state).toBe('broken');
    expect((await run()).built).toEqual(['sample']);
    expect(await readFile(dataPath(), 'utf8')).toBe('content');
    expect((await inspectStage(cache, stage(), true)).state).toBe('ready');
  });

  it('finds a flipped byte of the same size and time only when asked to verify', async () => {
    await run();
    const { mtimeMs } = await import('node:fs').then(({ statSync }) => statSync(dataPath()));
    await writeFile(dataPath(), 'contenT');
    await utimes(dataPath(), mtimeMs / 1000, mtimeMs / 1000);
    expect((await run()).built).toEqual([]);
    expect((await inspectStage(cache, stage(), true)).problem).toMatch(/data does not match its checksum/);
    expect((await run([stage()], { verify: true })).built).toEqual(['sample']);
  });

  it('accepts a copied cache, whose times differ', async () => {
    await run();
    await utimes(dataPath(), 1, 1);
    expect((await run()).built).toEqual([]);
  });

  it('makes a part anew when its recipe changes', async () => {
    await run();
    expect((await run([stage({ fingerprint: '2' })])).built).toEqual(['sample']);
  });

  it('runs once for two callers at a time', async () => {
    const slow = stage({ build: async (directory, context) => delay(300).then(() => stage().build(directory, context)) });
    const messages: string[] = [];
    const both = await Promise.all([run([slow]), run([slow], { onProgress: ({ message }) => messages.push(message) })]);
    expect(builds).toBe(1);
    expect(both.map(({ built }) => built.length).sort()).toEqual([0, 1]);
  });

  it('keeps nothing of a part that fails, and the parts before it', async () => {
    const failing = stage({
      name: 'failing',
      directory: 'parts/failing-1',
      async build(directory) {
        await writeFile(join(directory, 'half'), 'half');
        throw new Error('out of luck');
      },
    });
    await expect(run([stage(), failing])).rejects.toMatchObject({ code: 'SETUP_FAILED', message: expect.stringContaining('out of luck') });
    expect(await readdir(join(cache, 'parts'))).toEqual(['sample-1']);
    expect((await run()).built).toEqual([]);
  });

  it('stops when told to, and keeps nothing half-done', async () => {
    const controller = new AbortController();
    const endless = stage({
      async build(directory, context) {
        await writeFile(join(directory, 'half'), 'half');
        controller.abort();
        await delay(60_000, undefined, { signal: context.signal });
        return [];
      },
    });
    await expect(run([endless], { signal: controller.signal })).rejects.toMatchObject({ code: 'INTERRUPTED' });
    expect(await leftovers()).toEqual([]);
    expect((await run()).built).toEqual(['sample']);
  });

  it('sweeps what a killed set-up left', async () => {
    await mkdir(join(cache, 'parts/.partial-sample-1-abc'), { recursive: true });
    await run();
    expect(await leftovers()).toEqual([]);
  });

  it('says how much room is needed before it begins', async () => {
    await expect(run([stage({ neededBytes: 1e18 })])).rejects.toMatchObject({
      code: 'SETUP_DISK',
      message: expect.stringMatching(/needs 1,000,000,000,000 MB there, .* MB are free/),
      details: { fix: expect.stringContaining('GRAMKIT_CACHE') },
    });
    expect(builds).toBe(0);
  });

  it('names a disk that fills up on the way', async () => {
    const filling = stage({ build: () => Promise.reject(Object.assign(new Error('write'), { code: 'ENOSPC' })) });
    await expect(run([filling])).rejects.toMatchObject({ code: 'SETUP_DISK' });
  });

  it('names a cache folder that cannot be made', async () => {
    await writeFile(cache, 'a file in its place');
    await expect(run()).rejects.toMatchObject({ code: 'SETUP_DISK', message: expect.stringContaining(cache), details: { fix: expect.stringContaining('GRAMKIT_CACHE') } });
  });

  it('keeps an old part until its successor is whole', async () => {
    await run();
    const failing = stage({ fingerprint: '2', build: () => Promise.reject(new Error('no')) });
    await expect(run([failing])).rejects.toMatchObject({ code: 'SETUP_FAILED' });
    expect(existsSync(dataPath())).toBe(true);
  });
});
