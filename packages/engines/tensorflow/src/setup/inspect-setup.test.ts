import { mkdir, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { cacheDirectory, defaultModelDirectory } from '../cache/cache-directory.js';
import { fakePrograms, temporaryFolder } from '../testing/fake-programs.js';
import { gpuStages } from './gpu-stages.js';
import { inspectSetup } from './inspect-setup.js';
import { setupStages } from './stages.js';

afterEach(() => void vi.unstubAllEnvs());

describe('inspectSetup', () => {
  it('gives each missing part and program with the command that mends it', async () => {
    const folder = await temporaryFolder();
    vi.stubEnv('PATH', await fakePrograms(folder.path, { npm: 'exit 0' }));
    vi.stubEnv('CXX', '');
    const inspection = await inspectSetup({ cacheDirectory: join(folder.path, 'cache') });
    expect(inspection.ready).toBe(false);
    expect(inspection.parts.map(({ name, state, fix }) => [name, state, fix])).toEqual([
      ['tensorflow', 'missing', 'npx gram setup'],
      ['addon', 'missing', 'npx gram setup'],
      ['model', 'missing', 'npx gram setup'],
    ]);
    expect(inspection.gpu).toMatchObject({ name: 'gpu', state: 'missing', problem: 'it is not set up', fix: 'npx gram setup --gpu' });
    expect(inspection.tools.map(({ name, state, fix }) => [name, state, fix])).toEqual([
      ['pip', 'missing', 'apt-get install -y python3 python3-pip'],
      ['npm', 'ready', undefined],
      ['compiler', 'missing', 'apt-get install -y g++'],
    ]);
    await folder.remove();
  });

  it('finds the set-up of this machine whole, in well under a second', async () => {
    const start = performance.now();
    const inspection = await inspectSetup();
    expect(inspection.parts.map(({ problem }) => problem)).toEqual([undefined, undefined, undefined]);
    expect(inspection.ready).toBe(true);
    expect(performance.now() - start).toBeLessThan(5000);
  });
});

describe('inspectSetup of a GPU', () => {
  const addonDirectory = async (): Promise<string> => (await gpuStages()).at(-1)!.directory;

  /** A cache with this machine's parts for the CPU, beside which parts for a GPU can be put. */
  async function cacheForCpu(folder: string): Promise<string> {
    for (const { directory } of await setupStages()) {
      await mkdir(dirname(join(folder, directory)), { recursive: true });
      await symlink(join(cacheDirectory(), directory), join(folder, directory));
    }
    return folder;
  }

  it('asks for nothing where none was set up, and for mending where one was', async () => {
    const folder = await temporaryFolder();
    const cache = await cacheForCpu(folder.path);
    const before = await inspectSetup({ cacheDirectory: cache });
    expect([before.ready, before.gpu.state]).toEqual([true, 'missing']);
    await mkdir(join(cache, await addonDirectory()));
    const after = await inspectSetup({ cacheDirectory: cache });
    expect([after.ready, after.gpu.state, after.gpu.fix]).toEqual([false, 'broken', 'npx gram setup --gpu']);
    await folder.remove();
  });
});

describe('cacheDirectory', () => {
  it('is what GRAMKIT_CACHE says, or gramkit in the cache folder of the user', () => {
    vi.stubEnv('GRAMKIT_CACHE', '/somewhere/else');
    expect(defaultModelDirectory()).toBe('/somewhere/else/models/all-MiniLM-L6-v2');
    vi.stubEnv('GRAMKIT_CACHE', '');
    vi.stubEnv('XDG_CACHE_HOME', '/home/someone/.cache');
    expect(cacheDirectory()).toBe('/home/someone/.cache/gramkit');
  });
});
