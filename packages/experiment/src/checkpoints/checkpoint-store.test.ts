import { mkdir, readdir, readFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadEngine } from '@gramkit/engine-tensorflow';
import type { ComponentState } from '@gramkit/spec';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type CheckpointPart, statePart, weightsPart } from './checkpoint-part.js';
import { CheckpointStore, restoreCheckpoint } from './checkpoint-store.js';

let folder: string;
let store: CheckpointStore;

beforeAll(async () => {
  await loadEngine();
});
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gramkit-checkpoints-'));
  store = new CheckpointStore(folder, 2);
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const configuration = { seed: 1, model: { use: 'dkt', hidden: 8 }, training: { epochs: 2, maximumSteps: 3 }, output: '/a' };
const content = (step: number, finished = false): Parameters<CheckpointStore['save']>[0] => ({ step, finished, configuration, progress: { epoch: 1, batch: 2 } });

/** Some state that remembers what it was given back. */
function keeper(): { part: CheckpointPart; restored: () => ComponentState | undefined } {
  let restored: ComponentState | undefined;
  const component = {
    state: () => ({ tensors: { rows: tf.tensor1d([1, -0, 1e-40, Number.MAX_VALUE], 'float32'), ids: tf.tensor1d([3, -1], 'int32'), none: tf.zeros([0, 4]) }, values: { steps: 5, mode: 'window' } }),
    restore: (state: ComponentState) => {
      restored = { tensors: Object.fromEntries(Object.entries(state.tensors).map(([name, tensor]) => [name, tensor.clone()])), values: state.values };
    },
  };
  return { part: statePart('strategy', component), restored: () => restored };
}

describe('CheckpointStore', () => {
  it('gives state back bit for bit and leaves no tensor behind', async () => {
    const { part, restored } = keeper();
    const weight = { name: 'w', trainable: true, variable: tf.variable(tf.tensor2d([[0.1, 0.2]])) };
    const parts = [weightsPart('model', [weight]), part];
    const before = tf.memory().numTensors;
    const saved = await store.save(content(7), parts);
    weight.variable.assign(tf.tensor2d([[9, 9]]));
    const latest = await store.latest();
    expect(latest).toEqual(saved);
    await restoreCheckpoint(latest!, configuration, parts);
    expect(await weight.variable.data()).toEqual(Float32Array.of(0.1, 0.2));
    const { tensors, values } = restored()!;
    expect(new Uint8Array((await tensors['rows']!.data()).buffer.slice(0))).toEqual(new Uint8Array(Float32Array.of(1, -0, 1e-40, Number.MAX_VALUE).buffer));
    expect(await tensors['ids']!.data()).toEqual(Int32Array.of(3, -1));
    expect(tensors['none']!.shape).toEqual([0, 4]);
    expect(values).toEqual({ steps: 5, mode: 'window' });
    expect(tf.memory().numTensors).toBeLessThanOrEqual(before + 4);
    tf.dispose([...Object.values(tensors), weight.variable]);
  });

  it('keeps the latest and the best, and sorts by step', async () => {
    const { part } = keeper();
    await store.markBest(await store.save(content(2), [part]));
    for (const step of [30, 400, 5000]) await store.save(content(step), [part]);
    await mkdir(join(folder, '.partial-000000031'));
    await store.save(content(5000, true), [part]);
    expect(await readdir(folder)).toEqual(['000000002', '000005000', '000005000-finished', 'best.json']);
    expect(await store.list()).toEqual(['000000002', '000005000', '000005000-finished']);
    expect((await store.latest())!.manifest).toMatchObject({ step: 5000, finished: true });
    expect((await store.best())!.manifest.step).toBe(2);
    expect((await store.dropFinished())!.manifest).toMatchObject({ step: 5000, finished: false });
  });

  it('is no checkpoint until it is whole: a failed save leaves nothing under its name', async () => {
    const failing: CheckpointPart = { ...keeper().part, name: 'optimizer', save: () => { throw new Error('the disk is full'); } };
    await expect(store.save(content(3), [keeper().part, failing])).rejects.toMatchObject({ code: 'OUTPUT_UNWRITABLE' });
    expect(await readdir(folder)).toEqual([]);
  });

  it('names the file whose bytes have changed, before anything is restored', async () => {
    const { part, restored } = keeper();
    const { directory } = await store.save(content(1), [part]);
    const file = join(directory, 'strategy.safetensors');
    const bytes = await readFile(file);
    bytes[bytes.length - 1]! ^= 1;
    await writeFile(file, bytes);
    await expect(restoreCheckpoint((await store.latest())!, configuration, [part])).rejects.toMatchObject({ code: 'CHECKPOINT_CORRUPT', details: { file } });
    expect(restored()).toBeUndefined();
    await writeFile(join(directory, 'checkpoint.json'), '{');
    await expect(store.latest()).rejects.toMatchObject({ code: 'CHECKPOINT_CORRUPT' });
  });

  it('refuses another configuration by the names of the keys, caps and folder apart', async () => {
    const saved = await store.save(content(1), [keeper().part]);
    await expect(restoreCheckpoint(saved, { ...configuration, seed: 2, model: { use: 'dkt', hidden: 16 } }, [])).rejects.toMatchObject({
      code: 'CHECKPOINT_MISMATCH',
      message: expect.stringMatching(/seed was 1 and is 2; model\.hidden was 8 and is 16/) as string,
    });
    await expect(restoreCheckpoint(saved, { ...configuration, output: '/b', training: { epochs: 2 } }, [])).resolves.toBeUndefined();
  });

  it('names the weight that does not fit', async () => {
    const weight = { name: 'w', trainable: true, variable: tf.variable(tf.zeros([2])) };
    const saved = await store.save(content(1), [weightsPart('model', [weight])]);
    const wider = { ...weight, variable: tf.variable(tf.zeros([3])) };
    await expect(restoreCheckpoint(saved, configuration, [weightsPart('model', [wider])])).rejects.toMatchObject({ code: 'CHECKPOINT_MISMATCH', message: expect.stringMatching(/'w' has the shape \[2\].*\[3\]/) as string });
    await expect(restoreCheckpoint(saved, configuration, [weightsPart('model', [])])).rejects.toMatchObject({ message: expect.stringMatching(/'w' is in the checkpoint/) as string });
    await expect(restoreCheckpoint(saved, configuration, [weightsPart('model', [weight, { ...wider, name: 'v' }])])).rejects.toMatchObject({ message: expect.stringMatching(/'v' is missing/) as string });
    await expect(restoreCheckpoint(saved, configuration, [keeper().part])).rejects.toMatchObject({ message: expect.stringMatching(/holds no strategy/) as string });
  });
});
