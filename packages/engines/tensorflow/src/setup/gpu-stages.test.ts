import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { fakePrograms, temporaryFolder } from '../testing/fake-programs.js';
import { pythonThatDownloadsFrom, writeFakeWheel } from '../testing/fake-wheel.js';
import { addonStage } from './addon-stage.js';
import { cudaDirectory, cudaStage } from './cuda-stage.js';
import { gpuAddonStage, gpuStages, gpuTensorflowStage } from './gpu-stages.js';
import { inspectInOrder } from './inspect-gpu.js';
import { tensorflowWheel } from './pins.js';
import type { SetupProgress } from './progress.js';
import { runStages, type StageOptions } from './setup.js';
import { roomFor, type Stage } from './stage.js';
import { tensorflowStage } from './tensorflow-stage.js';

describe('stages for a GPU', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let cache: string;

  beforeEach(async () => {
    folder = await temporaryFolder();
    cache = join(folder.path, 'cache');
    vi.stubEnv('PATH', await fakePrograms(folder.path, { python3: pythonThatDownloadsFrom(folder.path) }));
  });

  afterEach(async () => {
    vi.unstubAllEnvs();
    await folder.remove();
  });

  /** The stage of a fake wheel of NVIDIA's. */
  async function fakeCudaStage(name: string, overrides: { readonly sha256?: string } = {}): Promise<Stage> {
    const pin = await writeFakeWheel(join(folder.path, `nvidia-${name}.whl`), {
      [`nvidia/${name}/__init__.py`]: 'code that never runs',
      [`nvidia/${name}/include/${name}.h`]: '// not needed',
      [`nvidia/${name}/lib/lib${name}.so.12`]: `library ${name}`,
      [`nvidia/${name}/lib/lib${name}_static.a`]: 'not needed',
      [`nvidia/${name}/bin/tool`]: '#!/bin/sh',
      [`nvidia_${name}-1.0.dist-info/licenses/License.txt`]: 'licence',
      [`nvidia_${name}-1.0.dist-info/RECORD`]: 'not needed',
    }, [`nvidia/${name}/bin/tool`]);
    return cudaStage({ ...pin, distribution: `nvidia-${name}`, folder: name, unpackedBytes: 1, ...overrides });
  }

  const run = (stages: readonly Stage[], options: StageOptions = {}) => runStages(stages, { cacheDirectory: cache, ...options });
  const inCache = (path: string): string => join(cache, cudaDirectory, path);

  it('lays libraries and programs out as pip does, and takes nothing else', async () => {
    await run([await fakeCudaStage('cublas'), await fakeCudaStage('cusolver')]);
    expect((await readdir(inCache('.'))).sort()).toEqual(['cublas', 'cusolver']);
    expect((await readdir(inCache('cublas'), { recursive: true })).sort()).toEqual(['.gramkit-stamp.json', 'LICENSE', 'bin', 'bin/tool', 'lib', 'lib/libcublas.so.12']);
    expect(await readFile(inCache('cusolver/lib/../../cublas/lib/libcublas.so.12'), 'utf8')).toBe('library cublas');
  });

  it('lets programs run and nothing else', async () => {
    await run([await fakeCudaStage('cuda_nvcc')]);
    expect((await stat(inCache('cuda_nvcc/bin/tool'))).mode & 0o111).not.toBe(0);
    expect((await stat(inCache('cuda_nvcc/lib/libcuda_nvcc.so.12'))).mode & 0o111).toBe(0);
  });

  it('refuses a wheel with another checksum, keeps the parts before it, and goes on from there', async () => {
    const [whole, wrong] = [await fakeCudaStage('cublas'), await fakeCudaStage('cudnn', { sha256: '0'.repeat(64) })];
    await expect(run([whole, wrong])).rejects.toMatchObject({ code: 'SETUP_CHECKSUM', message: expect.stringContaining('expected 0000') });
    expect(await readdir(inCache('.'))).toEqual(['cublas']);
    expect((await run([whole, await fakeCudaStage('cudnn')])).built).toEqual(['cuda-cudnn']);
  });

  it('keeps what was whole when it is interrupted, and then brings the rest alone', async () => {
    const stages = [await fakeCudaStage('cublas'), await fakeCudaStage('cudnn'), await fakeCudaStage('nccl')];
    const controller = new AbortController();
    const stopAtSecond = ({ stage }: SetupProgress): void => void (stage === 'cuda-cudnn' && controller.abort());
    await expect(run(stages, { signal: controller.signal, onProgress: stopAtSecond })).rejects.toMatchObject({ code: 'INTERRUPTED' });
    expect(await readdir(inCache('.'))).toEqual(['cublas']);
    expect(await inspectInOrder(cache, stages, false)).toEqual({ state: 'missing', problem: 'set-up made 1 of its 3 parts and did not come to its end' });
    expect((await run(stages)).built).toEqual(['cuda-cudnn', 'cuda-nccl']);
    expect(await inspectInOrder(cache, stages, false)).toEqual({ state: 'ready' });
  });

  it('tells a set-up that was damaged from one that never was', async () => {
    const stages = [await fakeCudaStage('cublas'), await fakeCudaStage('cudnn')];
    expect(await inspectInOrder(cache, stages, false)).toEqual({ state: 'missing', problem: 'it is not set up' });
    await run(stages);
    await writeFile(inCache('cublas/lib/libcublas.so.12'), 'other');
    expect(await inspectInOrder(cache, stages, false)).toMatchObject({ state: 'broken', problem: expect.stringContaining('libcublas.so.12') });
  });

  it('says what room all of it needs before it downloads anything', async () => {
    const [first, second] = [await fakeCudaStage('cublas'), await fakeCudaStage('cudnn')];
    const notes: string[] = [];
    const stages = [{ ...first, neededBytes: 2e15, keptBytes: 1e15 }, { ...second, neededBytes: 3e15, keptBytes: 1e15 }];
    await expect(run(stages, { onNote: (note) => notes.push(note), command: 'npx gram setup --gpu' })).rejects.toMatchObject({
      code: 'SETUP_DISK',
      message: expect.stringMatching(/needs 4,000,000,000 MB there, .* MB are free/),
      details: { fix: expect.stringMatching(/then run: npx gram setup --gpu$/) },
    });
    expect(notes).toEqual([`set-up needs 4,000,000,000 MB in ${cache}`]);
    expect(await readdir(inCache('.')).catch(() => [])).toEqual([]);
  });

  it('needs some seven gigabytes at its peak', async () => {
    const room = roomFor(await gpuStages());
    expect(room).toBeGreaterThan(6e9);
    expect(room).toBeLessThan(8e9);
  });

  it('makes an addon of its own against the library for GPUs', async () => {
    const tensorflow = gpuTensorflowStage({ distribution: 'fake', version: '2.21.0', target: [], bytes: 1, sha256: 'abc' });
    const npm = 'mkdir -p node_modules/@tensorflow/tfjs-node-gpu node_modules/node-api-headers/include';
    const compiler = `if [ "$1" = "--version" ]; then exit 0; fi\nreadlink deps/lib/libtensorflow_cc.so.2 > '${folder.path}/compiled-against'`;
    vi.stubEnv('PATH', await fakePrograms(folder.path, { npm, 'g++': compiler }));
    vi.stubEnv('CXX', '');
    const stage = gpuAddonStage(await addonStage(tensorflow));
    // What this compiler makes cannot be loaded.
    await expect(run([{ ...stage, neededBytes: 1 }])).rejects.toMatchObject({ code: 'SETUP_FAILED', message: expect.stringContaining('does not load') });
    expect(await readFile(join(folder.path, 'compiled-against'), 'utf8')).toBe('../../../../../../tensorflow-gpu-2.21.0/lib/libtensorflow_cc.so.2\n');
    const cpu = await addonStage(tensorflowStage(tensorflowWheel()));
    expect(stage.directory).not.toBe(cpu.directory);
    expect(stage.fingerprint).not.toBe(cpu.fingerprint);
  });

  it("leads the addon's TensorFlow to CUDA by a relative link, wherever the cache is moved, and notices when the link goes", async () => {
    const libraries = 'node_modules/@tensorflow/tfjs-node-gpu/deps/lib';
    const addon: Stage = {
      name: 'addon', title: 'an addon', directory: 'engine/addon-1.0', fingerprint: '1', neededBytes: 1,
      build: async (directory) => {
        await mkdir(join(directory, libraries), { recursive: true });
        await writeFile(join(directory, libraries, 'library'), '');
        return [join(libraries, 'library')];
      },
    };
    const stages = [await fakeCudaStage('cublas'), gpuAddonStage(addon)];
    await run(stages);
    await rename(cache, join(folder.path, 'moved'));
    // As in the run path of libtensorflow_framework.so.2.
    const found = join(folder.path, 'moved/engine/addon-1.0-gpu', libraries, '../nvidia/cublas/lib/libcublas.so.12');
    expect(await readFile(found, 'utf8')).toBe('library cublas');
    await rm(join(folder.path, 'moved/engine/addon-1.0-gpu', libraries, '../nvidia'));
    expect(await inspectInOrder(join(folder.path, 'moved'), stages, false)).toMatchObject({ state: 'broken', problem: expect.stringContaining('deps/nvidia is missing') });
  });
});
