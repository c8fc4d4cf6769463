import { createRequire } from 'node:module';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { cacheDirectory } from '../cache/cache-directory.js';
import { checkThread, loadEngine } from './load-engine.js';

describe('loadEngine', () => {
  it('names the command to run where nothing is set up, and works afterwards', async () => {
    await expect(loadEngine({ cacheDirectory: '/nonexistent/gramkit' })).rejects.toMatchObject({
      code: 'ENGINE_NOT_SET_UP',
      details: { fix: 'npx gram setup' },
    });
    expect((await loadEngine()).name).toBe('tensorflow');
  });

  it('is the same engine at every call and the backend of tfjs-core', async () => {
    expect(await loadEngine()).toBe(await loadEngine({ threads: 7, compile: 'graph' }));
    expect(tf.getBackend()).toBe('tensorflow');
  });

  it('compiles as each call wishes, over the same library', async () => {
    const modes = await Promise.all((['off', 'xla', undefined] as const).map(async (compile) => (await loadEngine({ compile })).mode));
    expect(modes).toEqual(['off', 'xla', 'graph']);
    expect((await loadEngine({ compile: 'off' })).compile).toBeUndefined();
    expect((await loadEngine({ compile: 'off' })).device).toBe((await loadEngine()).device);
  });

  it('computes on TensorFlow with the tfjs-core that we import: tensors, gradients, variables, tidy', async () => {
    await loadEngine();
    const before = tf.memory().numTensors;
    const weight = tf.tidy(() => tf.variable(tf.tensor2d([[1, 2], [3, 4]])));
    const { value, grads } = tf.variableGrads(() => tf.sum(tf.square(weight)) as tf.Scalar, [weight]);
    expect(value.dataSync()[0]).toBe(30);
    expect(Array.from(grads[weight.name]!.dataSync())).toEqual([2, 4, 6, 8]);
    tf.dispose([value, grads, weight]);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('shares engine, kernels and gradients with the copy of tfjs-core in the cache', async () => {
    await loadEngine();
    const require = createRequire(join(cacheDirectory(), 'engine/tfjs-node-gpu-4.22.0/package.json'));
    const other = require('@tensorflow/tfjs-core') as typeof tf;
    expect(other.engine()).toBe(tf.engine());
    const ours = tf.tensor1d([1, 2]);
    expect(ours).toBeInstanceOf(other.Tensor);
    expect(other.add(ours, tf.tensor1d([1, 1])).dataSync()).toEqual(Float32Array.of(2, 3));
  });

  it('describes itself', async () => {
    const description = (await loadEngine()).describe();
    expect(description).toMatchObject({ name: 'tensorflow', precision: 'float32', versions: { node: process.versions.node, tensorflow: '2.21.0', tfjs: '4.22.0' } });
    expect(description.threads).toBeGreaterThan(0);
  });

  it('counts memory', async () => {
    const engine = await loadEngine();
    const before = engine.memory();
    const tensor = tf.zeros([1000]);
    expect(engine.memory().tensorBytes - before.tensorBytes).toBe(4000);
    expect(engine.memory().residentBytes).toBeGreaterThan(before.heapBytes);
    tensor.dispose();
  });

  it('says that a worker thread is no place for it', () => {
    expect(() => checkThread(false)).toThrow(expect.objectContaining({ code: 'ENGINE_UNSUPPORTED', details: { fix: expect.stringContaining('child_process.fork') } }));
    expect(() => checkThread()).not.toThrow();
  });
});
