import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { fakePrograms, temporaryFolder } from '../testing/fake-programs.js';
import { addonStage } from './addon-stage.js';
import { runStages } from './setup.js';
import { tensorflowStage } from './tensorflow-stage.js';

const pin = { distribution: 'fake', version: '1.0', target: [], bytes: 1, sha256: 'abc' };

/** An npm that installs an empty package. */
const installingNpm = 'mkdir -p node_modules/@tensorflow/tfjs-node-gpu node_modules/node-api-headers/include';
const failingWith = (output: string): string => `if [ "$1" = "--version" ]; then exit 0; fi\necho "${output}" >&2\nexit 1`;

describe('addonStage', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;

  beforeEach(async () => {
    folder = await temporaryFolder();
    vi.stubEnv('CXX', '');
    vi.stubEnv('npm_execpath', '');
  });

  afterEach(async () => {
    vi.unstubAllEnvs();
    await folder.remove();
  });

  async function runWith(scripts: Readonly<Record<string, string>>): Promise<unknown> {
    vi.stubEnv('PATH', await fakePrograms(folder.path, scripts));
    return runStages([{ ...(await addonStage(tensorflowStage(pin))), neededBytes: 1 }], { cacheDirectory: join(folder.path, 'cache') });
  }

  it.each([
    ['no network', 'npm error code ENOTFOUND', 'SETUP_NETWORK'],
    ['a wrong checksum', 'npm error code EINTEGRITY', 'SETUP_CHECKSUM'],
    ['a full disk', 'npm error code ENOSPC', 'SETUP_DISK'],
    ['anything else', 'npm error code EODD', 'SETUP_FAILED'],
  ])('names %s when npm fails of it', async (_case, output, code) => {
    await expect(runWith({ npm: failingWith(output) })).rejects.toMatchObject({ code });
    expect(await readdir(join(folder.path, 'cache/engine'))).toEqual([]);
  });

  it('names a missing npm and a missing compiler, each with its command', async () => {
    await expect(runWith({})).rejects.toMatchObject({ code: 'SETUP_TOOL_MISSING', details: { field: 'npm', fix: 'apt-get install -y npm' } });
    await expect(runWith({ npm: installingNpm })).rejects.toMatchObject({
      code: 'SETUP_TOOL_MISSING',
      message: expect.stringContaining('g++, c++, clang++'),
      details: { field: 'compiler', fix: 'apt-get install -y g++' },
    });
  });

  it('gives the first error of a compiler that fails, and keeps nothing', async () => {
    const failing = failingWith('quiet_load.cc:1: error: odd\nmore');
    await expect(runWith({ npm: installingNpm, 'g++': failing })).rejects.toMatchObject({
      code: 'SETUP_FAILED',
      message: expect.stringContaining('quiet_load.cc:1: error: odd'),
    });
    expect(await readdir(join(folder.path, 'cache/engine'))).toEqual([]);
  });

  it('is made anew for another TensorFlow', async () => {
    const [one, other] = await Promise.all([addonStage(tensorflowStage(pin)), addonStage(tensorflowStage({ ...pin, sha256: 'def' }))]);
    expect(one.fingerprint).not.toBe(other.fingerprint);
  });
});
