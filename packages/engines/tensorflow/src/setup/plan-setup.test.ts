import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { temporaryFolder } from '../testing/fake-programs.js';
import { cudaDirectory } from './cuda-stage.js';
import { planSetup } from './plan-setup.js';

const driver = { version: '550.54.15', recentEnough: true };
const oldDriver = { version: '470.256.02', recentEnough: false };
const cpuParts = ['tensorflow', 'addon', 'model'];
const gpuParts = [
  'cuda-cublas', 'cuda-cupti', 'cuda-nvcc', 'cuda-nvrtc', 'cuda-runtime', 'cuda-cudnn', 'cuda-cufft', 'cuda-curand', 'cuda-cusolver', 'cuda-cusparse', 'cuda-nccl', 'cuda-nvjitlink',
  'tensorflow-gpu', 'addon-gpu',
];

describe('planSetup', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;

  beforeEach(async () => void (folder = await temporaryFolder()));
  afterEach(async () => {
    vi.unstubAllGlobals();
    await folder.remove();
  });

  async function plan(...[device, found]: [Parameters<typeof planSetup>[1], Parameters<typeof planSetup>[2]]) {
    const { stages, ...rest } = await planSetup(folder.path, device, found);
    return { ...rest, names: stages.map(({ name }) => name) };
  }

  it.each([
    ['auto without a driver', 'auto', undefined, false, undefined],
    ['auto with a driver', 'auto', driver, true, /NVIDIA driver 550.54.15 found: .*--cpu leaves it out/],
    ['auto with a driver too old', 'auto', oldDriver, false, /470.256.02 found, older than 525.60.13.*CPU's TensorFlow alone/],
    ['cpu with a driver', 'cpu', driver, false, undefined],
    ['gpu with a driver', 'gpu', driver, true, /^NVIDIA driver 550.54.15 found$/],
    ['gpu without a driver', 'gpu', undefined, true, /no NVIDIA driver found: the GPU build is set up all the same/],
    ['gpu with a driver too old', 'gpu', oldDriver, true, /older than 525.60.13.*all the same/],
  ] as const)('%s', async (_case, device, found, gpu, note) => {
    const result = await plan(device, found);
    expect(result.gpu).toBe(gpu);
    expect(result.names).toEqual(gpu ? [...cpuParts, ...gpuParts] : cpuParts);
    if (note === undefined) expect(result.note).toBeUndefined();
    else expect(result.note).toMatch(note);
  });

  it('goes on with a GPU that the cache has begun on, without a driver too, unless told not to', async () => {
    await mkdir(join(folder.path, cudaDirectory), { recursive: true });
    expect((await plan('auto', undefined)).gpu).toBe(true);
    expect((await plan('cpu', undefined)).gpu).toBe(false);
  });

  it('gives every part a folder of its own, so that both builds live side by side', async () => {
    const { stages } = await planSetup(folder.path, 'gpu', driver);
    expect(new Set(stages.map(({ directory }) => directory)).size).toBe(stages.length);
    expect(new Set(stages.map(({ fingerprint }) => fingerprint)).size).toBe(stages.length);
  });
});
