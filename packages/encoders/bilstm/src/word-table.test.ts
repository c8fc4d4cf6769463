import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { loadEngine } from '@gramkit/engine-tensorflow';
import type { Preprocessor, RunLogger } from '@gramkit/spec';
import { randomSource } from '@gramkit/tensor';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import plugin, { bilstmOptions, wordTable } from './index.js';

let folder: string;
let file: string;
beforeAll(async () => {
  await loadEngine();
  folder = await mkdtemp(path.join(tmpdir(), 'gramkit-table-'));
  file = path.join(folder, 'vectors.txt');
  await writeFile(file, 'lion 9 9\nthe 1 2\narea 3 6\n');
});
afterAll(() => rm(folder, { recursive: true }));

const told: string[] = [];
const logger: RunLogger = { metrics: () => undefined, progress: () => undefined, message: (_, text) => void told.push(text) };
const vocabulary = ['<padding>', '<unknown>', 'area', 'circle', 'the'];
const tokenizer = { name: 'words', vocabularySize: 5, vocabulary } as unknown as Preprocessor;
const pieces = { name: 'pieces', vocabularySize: 5 } as unknown as Preprocessor;
const source = () => randomSource(1);

describe('wordTable', () => {
  it('has the vectors of the vocabulary in its order, and their mean for words that the file lacks', async () => {
    const table = await wordTable(tokenizer, { vectors: file }, logger);
    expect([table.rows, table.dimension]).toEqual([5, 2]);
    expect(Array.from(table.values(source()))).toEqual([2, 4, 2, 4, 3, 6, 2, 4, 1, 2]);
    expect(told).toEqual(['2 of 5 words of the vocabulary have a vector in the file']);
  });

  it('draws vectors of any ids where there is no file', async () => {
    const table = await wordTable({ ...pieces, vocabularySize: 400 }, { wordDimension: 20 }, logger);
    const values = Array.from(table.values(source()));
    expect([table.rows, table.dimension, values.length]).toEqual([400, 20, 8_000]);
    expect(Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length)).toBeCloseTo(1, 1);
    expect((await wordTable(pieces, {}, logger)).dimension).toBe(100);
  });

  it('refuses a file where ids stand for no words, where it is of another length, or has none of the words', async () => {
    await expect(wordTable(pieces, { vectors: file }, logger)).rejects.toMatchObject({ code: 'PLUGIN_MISMATCH', message: expect.stringContaining("'pieces'") as string });
    await expect(wordTable(tokenizer, { vectors: file, wordDimension: 3 }, logger)).rejects.toMatchObject({ code: 'CONFIGURATION_INVALID', details: { field: 'encoder.wordDimension', file } });
    await expect(wordTable({ ...tokenizer, vocabulary: ['Kreis'] }, { vectors: file }, logger)).rejects.toMatchObject({ code: 'DATA_EMPTY', details: { file } });
    await expect(wordTable(tokenizer, { vectors: `${file}.gz` }, logger)).rejects.toMatchObject({ code: 'MODEL_FILE_MISSING' });
  });
});

describe('the plugin', () => {
  it('makes the encoder for the tokenizer, with a file beside the configuration', async () => {
    const encoder = await plugin.create({ options: bilstmOptions.parse({ vectors: 'vectors.txt', hidden: 3, freezeVectors: true }), tokenizer, baseDirectory: folder, logger, seed: 1 });
    expect([encoder.dimension, encoder.vocabularySize]).toEqual([6, 5]);
    expect(encoder.weights[0]).toMatchObject({ name: 'words', trainable: false });
    expect(Array.from(encoder.weights[0]!.variable.dataSync()).slice(-2)).toEqual([1, 2]);
    encoder.dispose();
    const projected = await plugin.create({ options: bilstmOptions.parse({ wordDimension: 7, dimension: 4 }), tokenizer: pieces, baseDirectory: folder, logger, seed: 1 });
    expect([projected.dimension, projected.weights[0]!.variable.shape]).toEqual([4, [5, 7]]);
    projected.dispose();
  });

  it('refuses to freeze vectors that nobody trained', () => {
    expect(bilstmOptions.safeParse({ freezeVectors: true }).error!.issues).toMatchObject([{ path: ['freezeVectors'] }]);
    expect(bilstmOptions.safeParse({ freezeVectors: true, vectors: 'a.txt' }).success).toBe(true);
    expect(bilstmOptions.safeParse({ layers: 2 }).success).toBe(false);
  });
});
