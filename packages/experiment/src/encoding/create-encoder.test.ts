import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadEngine } from '@gramkit/engine-tensorflow';
import * as tf from '@tensorflow/tfjs-core';
import { writeTinyBert } from '../testing/tiny-bert.js';
import { createEncoder } from './create-encoder.js';

let folder: string;
beforeAll(async () => {
  await loadEngine();
  folder = await mkdtemp(join(tmpdir(), 'gramkit-encoder-'));
  await writeTinyBert(folder);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('createEncoder', () => {
  it('encodes texts with a model folder, whatever stands beside them in the mini-batch, and frees its weights', async () => {
    const before = tf.memory().numTensors;
    const encoder = await createEncoder({ model: folder, maxLength: 8 });
    const items = encoder.tokenizer.prepare(['abc', 'a much longer text than fits', ''].map((text, row) => ({ id: String(row), fields: { text } })));
    const together = await encoder.encode(items, [0, 1, 2]);
    expect(together).toHaveLength(3 * encoder.dimension);
    expect(items.lengthOf(1)).toBe(8);
    for (const row of [0, 1, 2]) {
      const alone = await encoder.encode(items, [row]);
      alone.forEach((value, index) => expect(value).toBeCloseTo(together[row * encoder.dimension + index]!, 5));
    }
    expect(together.slice(0, 8)).not.toEqual(together.slice(8, 16));
    encoder.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('passes sections through to the plugins and checks them', async () => {
    const cls = await createEncoder({ model: folder, encoder: { pooling: 'cls' } });
    cls.dispose();
    await expect(createEncoder({ model: folder, encoder: { pooling: 'most' } })).rejects.toMatchObject({ code: 'CONFIGURATION_INVALID', details: { field: 'encoder.pooling' } });
    await expect(createEncoder({ model: join(folder, 'absent') })).rejects.toMatchObject({ code: 'MODEL_FILE_MISSING' });
  });
});
