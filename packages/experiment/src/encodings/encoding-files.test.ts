import { mkdir, mkdtemp, open, readdir, rm, stat, truncate, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadEngine } from '@gramkit/engine-tensorflow';
import type { CatalogueEncoding, ItemEncoder, PreparedItems, RunLogger } from '@gramkit/spec';
import { writeSafetensors } from '@gramkit/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { silentLogger } from '../run/run-log.js';
import { EncodingFiles } from './encoding-files.js';
import { encodingKey } from './encoding-key.js';

let root: string;
let folder: string;
let count = 0;
beforeAll(async () => {
  await loadEngine();
  root = await mkdtemp(join(tmpdir(), 'gramkit-encodings-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));
beforeEach(() => void (folder = join(root, String(count++))));

const warnings: string[] = [];
const logger: RunLogger = { ...silentLogger, message: (level, text) => void (level === 'warning' && warnings.push(text)) };
beforeEach(() => void (warnings.length = 0));

function catalogueOf(tokens: readonly number[]): PreparedItems {
  return { count: tokens.length, lengthOf: () => 1, collate: (rows) => ({ tokenIds: { dtype: 'int32', shape: [rows.length, 1], data: Int32Array.from(rows, (row) => tokens[row]!) } }) };
}

function encodingOf({ weight = 2, tokens = [1, 2, 3], chunkTokens = 8, name = 'times' } = {}): CatalogueEncoding {
  const variable = tf.tidy(() => tf.variable(tf.tensor1d([weight, 1])));
  const encoder = { name, dimension: 2, weights: [{ name: 'w', variable, trainable: true }] } as unknown as ItemEncoder;
  return { encoder, catalogue: catalogueOf(tokens), chunkTokens };
}

let made = 0;
const make = async () => (made++, tf.tensor2d([[0.1, 2], [3, 1e-20], [5, 6]]));
beforeEach(() => void (made = 0));

const obtain = (of = encodingOf(), limit = 1e6, surroundings = {}) => new EncodingFiles(folder, surroundings, logger).obtain(of, limit, make);
const onlyFile = async () => join(folder, (await readdir(folder))[0]!);

describe('EncodingFiles', () => {
  it('makes encodings once and gives the same ones, bit for bit, ever after', async () => {
    const [first, second] = [await obtain(), await obtain()];
    expect([first.kept, second.kept, made]).toEqual([false, true, 1]);
    expect(second.encodings.arraySync()).toEqual(first.encodings.arraySync());
    expect(await readdir(folder)).toHaveLength(1);
  });

  it.each([
    ['weights', { weight: 3 }, {}],
    ['items', { tokens: [1, 2, 4] }, {}],
    ['the way items are put together', { chunkTokens: 9 }, {}],
    ['encoders', { name: 'other' }, {}],
    ['engines or options', {}, { precision: 'bfloat16' }],
  ])('takes none of other %s', async (_, change, surroundings) => {
    await obtain();
    expect((await obtain(encodingOf(change), 1e6, surroundings)).kept).toBe(false);
    expect(made).toBe(2);
    expect(await readdir(folder)).toHaveLength(2);
  });

  it('hashes every row of a catalogue of many', async () => {
    const tokens = Array.from({ length: 2500 }, (_, row) => row);
    const keys = await Promise.all([undefined, 0, 1023, 1024, 2499].map((changed) => encodingKey(encodingOf({ tokens: tokens.map((token) => (token === changed ? 7000 : token)) }), null)));
    expect(new Set(keys).size).toBe(5);
    expect(await encodingKey(encodingOf({ tokens }), null)).toBe(keys[0]);
  });

  it.each([
    ['cut short', (file: string) => truncate(file, 100)],
    ['empty', (file: string) => truncate(file, 0)],
    ['of another shape', (file: string) => writeSafetensors(file, { encodings: { dtype: 'float32', shape: [6], data: new Float32Array(6) } })],
    ['changed in one byte', async (file: string) => {
      const handle = await open(file, 'r+');
      await handle.write(Uint8Array.of(77), 0, 1, (await handle.stat()).size - 3);
      await handle.close();
    }],
  ])('makes a file that is %s anew, with a warning', async (_, damage) => {
    await obtain();
    await damage(await onlyFile());
    const again = await obtain();
    expect([again.kept, made]).toEqual([false, 2]);
    expect(warnings).toEqual([expect.stringMatching(/made anew: .*\.safetensors/)]);
    expect((await obtain()).kept).toBe(true);
  });

  it('goes on with a warning where it cannot write', async () => {
    await mkdir(root, { recursive: true });
    await writeFile(folder, 'a file where the folder would be');
    expect((await obtain()).encodings.shape).toEqual([3, 2]);
    expect(warnings).toEqual([expect.stringContaining('cannot be kept')]);
  });

  it('keeps nothing with a limit of 0, nor what is larger than its limit', async () => {
    for (const limit of [0, 23]) expect((await obtain(encodingOf(), limit)).kept).toBe(false);
    await expect(readdir(folder)).rejects.toThrow('ENOENT');
  });

  it('lets go of what was used longest ago, by use and not by age', async () => {
    const [oldest, middle] = [encodingOf({ weight: 10 }), encodingOf({ weight: 11 })];
    await obtain(oldest);
    const { size } = await stat(await onlyFile());
    await obtain(middle);
    for (const [index, name] of (await readdir(folder)).entries()) await utimes(join(folder, name), 1000 + index, 1000 + index);
    expect((await obtain(oldest)).kept).toBe(true);
    await obtain(encodingOf({ weight: 12 }), 2 * size);
    expect((await readdir(folder)).length).toBe(2);
    expect((await obtain(oldest)).kept).toBe(true);
    expect((await obtain(middle)).kept).toBe(false);
  });

  it('leaves no tensor and no partial file behind', async () => {
    const of = encodingOf();
    const before = tf.memory().numTensors;
    for (let repeat = 0; repeat < 2; repeat++) (await obtain(of)).encodings.dispose();
    expect(tf.memory().numTensors).toBe(before);
    expect((await readdir(folder)).filter((name) => !name.endsWith('.safetensors'))).toEqual([]);
  });
});
