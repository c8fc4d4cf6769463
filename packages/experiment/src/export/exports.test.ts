import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadEngine } from '@gramkit/engine-tensorflow';
import type { ItemContent } from '@gramkit/spec';
import { readSafetensors } from '@gramkit/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseConfiguration } from '../configuration/document.js';
import { resolveConfiguration } from '../configuration/resolve-configuration.js';
import { createEncoder } from '../encoding/create-encoder.js';
import { loadRun } from '../encoding/load-run.js';
import type { RunEncoder } from '../encoding/run-encoder.js';
import { writeTinyBert } from '../testing/tiny-bert.js';
import { trainRun } from '../trainer/train-run.js';
import { exportEmbeddings } from './export-embeddings.js';
import { exportPretrained } from './export-pretrained.js';

const maximumLength = 16;
const itemCount = 24;

let folder: string;
const at = (name: string) => join(folder, name);

async function trained(output: string, ...overrides: string[]): Promise<void> {
  const text = `
seed: 3
data: { use: generated, users: 24, items: ${itemCount}, interactionsPerUser: 8 }
tokenizer: { use: huggingface, model: bert, maxLength: ${maximumLength} }
encoder: { use: bert, model: bert }
model: { use: dkt, hidden: 8 }
strategy: { use: single-step }
training: { epochs: 1, batchSize: 8 }
output: ${output}
`;
  await trainRun(await resolveConfiguration(parseConfiguration(text, { source: 'run.yaml', baseDirectory: folder, overrides })));
}

beforeAll(async () => {
  await loadEngine({ threads: 1 });
  folder = await mkdtemp(join(tmpdir(), 'gramkit-export-'));
  process.env['GRAMKIT_CACHE'] = at('cache');
  await writeTinyBert(at('bert'));
  await trained('run');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function vectorsOf(encoder: RunEncoder, texts: readonly string[]): Promise<number[]> {
  const items: ItemContent[] = texts.map((text, row) => ({ id: String(row), fields: { text } }));
  try {
    return [...(await encoder.encode(encoder.tokenizer.prepare(items), [...texts.keys()]))];
  } finally {
    encoder.dispose();
  }
}

const json = async (...path: string[]) => JSON.parse(await readFile(join(folder, ...path), 'utf8')) as unknown;

describe('exportPretrained', () => {
  it('writes a folder that gives the vectors of the run, not those that training began with', async () => {
    const before = tf.memory().numTensors;
    const exported = await exportPretrained(at('run'), at('folder'));
    expect(tf.memory().numTensors).toBe(before);
    expect(exported).toMatchObject({ output: at('folder'), dimension: 8, maximumLength });
    const texts = ['a', '', 'what is 3/4 of 12', 'a text that is longer than sixteen tokens are'];
    const ofRun = await vectorsOf(await loadRun(at('run')), texts);
    expect(await vectorsOf(await createEncoder({ model: at('folder'), maxLength: maximumLength }), texts)).toEqual(ofRun);
    expect(await vectorsOf(await createEncoder({ model: at('bert'), maxLength: maximumLength }), texts)).not.toEqual(ofRun);
  });

  it('keeps the names of the source, and tells how vectors are made and how it was trained', async () => {
    const [source, exported] = await Promise.all(['bert', 'folder'].map(async (name) => readSafetensors(join(folder, name, 'model.safetensors'))));
    expect(Object.keys(exported!.tensors).sort()).toEqual(Object.keys(source!.tensors).sort());
    expect(exported!.metadata).toEqual({ format: 'pt' });
    expect(await json('folder', 'config.json')).toMatchObject({ ...((await json('bert', 'config.json')) as object), architectures: ['BertModel'], dtype: 'float32' });
    expect(await json('folder', '1_Pooling', 'config.json')).toMatchObject({ word_embedding_dimension: 8, pooling_mode_mean_tokens: true, pooling_mode_cls_token: false });
    expect(await json('folder', 'sentence_bert_config.json')).toMatchObject({ max_seq_length: maximumLength });
    expect(await json('folder', 'tokenizer_config.json')).toMatchObject({ model_max_length: maximumLength, cls_token: '[CLS]' });
    expect(await json('folder', 'tokenizer.json')).toMatchObject({ truncation: { max_length: maximumLength }, padding: null });
    const card = await readFile(at('folder/README.md'), 'utf8');
    for (const told of ['single-step', 'add_pooling_layer=False', `| auc | ${(((await json('run', 'report.json')) as { test: { auc: number } }).test.auc).toFixed(4)} |`]) expect(card).toContain(told);
  });

  it('replaces an export when told to, and never a folder that holds anything else', async () => {
    await expect(exportPretrained(at('run'), at('folder'))).rejects.toMatchObject({ code: 'OUTPUT_UNWRITABLE', details: { file: at('folder') } });
    await exportPretrained(at('run'), at('folder'), { overwrite: true });
    await mkdir(at('mine'));
    await writeFile(at('mine/thesis.txt'), 'all of it');
    await expect(exportPretrained(at('run'), at('mine'), { overwrite: true })).rejects.toThrow(/thesis\.txt/);
    expect(await readdir(at('mine'))).toEqual(['thesis.txt']);
  });

  it('refuses what no folder can say, with the reason, and leaves nothing when it is stopped', async () => {
    await trained('run-attention', 'encoder.pooling=attention');
    await expect(exportPretrained(at('run-attention'), at('none'))).rejects.toMatchObject({ code: 'MODEL_UNSUPPORTED', details: { field: 'encoder.pooling' } });
    await trained('run-id', 'encoder={"use":"id"}');
    await expect(exportPretrained(at('run-id'), at('none'))).rejects.toMatchObject({ code: 'MODEL_UNSUPPORTED', message: "the encoder 'id' has no form that transformers knows", details: { field: 'encoder.use' } });
    const stopped = new AbortController();
    const logger = { metrics: () => {}, message: () => {}, progress: () => stopped.abort() };
    await expect(exportPretrained(at('run'), at('none'), { signal: stopped.signal, logger })).rejects.toMatchObject({ code: 'INTERRUPTED' });
    expect(existsSync(at('none'))).toBe(false);
    expect((await readdir(folder)).filter((name) => name.startsWith('.'))).toEqual([]);
  });
});

describe('exportEmbeddings', () => {
  it('writes the same vectors as safetensors, NumPy and Parquet, with the ids of the catalogue', async () => {
    for (const name of ['items.safetensors', 'items.npy', 'items.parquet']) expect(await exportEmbeddings(at('run'), at(name))).toMatchObject({ items: itemCount, dimension: 8 });
    const { tensors, metadata } = await readSafetensors(at('items.safetensors'));
    const ids = JSON.parse(metadata['ids']!) as string[];
    expect(tensors['embeddings']!.shape).toEqual([itemCount, 8]);
    const bytes = await readFile(at('items.npy'));
    expect([...new Float32Array(new Uint8Array(bytes.subarray(128)).buffer)]).toEqual([...tensors['embeddings']!.data]);
    expect(bytes.subarray(0, 128).toString('latin1')).toContain(`(${itemCount}, 8)`);
    expect(await json('items.ids.json')).toEqual(ids);
    // The tabular reader reads Parquet back; lists come as text.
    const { createTabularReader, tabularOptions } = await import('@gramkit/data');
    const items = [];
    for await (const stretch of createTabularReader(tabularOptions.parse({ interactions: '-', items: 'items.parquet', fields: { vector: 'embedding' } }), folder).items()) items.push(...stretch);
    expect(items.map(({ id }) => id)).toEqual(ids);
    const values = items.flatMap(({ fields }) => JSON.parse(fields['vector']!) as number[]);
    values.forEach((value, index) => expect(value).toBeCloseTo(tensors['embeddings']!.data[index]!, 5));
  });

  it('encodes the items of a file in place of the catalogue', async () => {
    await writeFile(at('new.jsonl'), '{"id":"x","text":"half of 9"}\n{"id":"y","text":"a"}\n');
    await exportEmbeddings(at('run'), at('new.safetensors'), { items: at('new.jsonl') });
    const { tensors, metadata } = await readSafetensors(at('new.safetensors'));
    expect(JSON.parse(metadata['ids']!)).toEqual(['x', 'y']);
    const expected = await vectorsOf(await loadRun(at('run')), ['half of 9', 'a']);
    expected.forEach((value, index) => expect(tensors['embeddings']!.data[index]).toBeCloseTo(value, 5));
  });

  it('refuses to replace a file, a format that is none and a malformed line, and leaves nothing', async () => {
    await expect(exportEmbeddings(at('run'), at('items.npy'))).rejects.toMatchObject({ code: 'OUTPUT_UNWRITABLE' });
    await exportEmbeddings(at('run'), at('items.npy'), { overwrite: true });
    await expect(exportEmbeddings(at('run'), at('items.txt'))).rejects.toMatchObject({ code: 'USAGE' });
    await writeFile(at('bad.jsonl'), '{"id":"x","text":"a"}\n{"id":"x","text":"b"}\n');
    await expect(exportEmbeddings(at('run'), at('bad.npy'), { items: at('bad.jsonl') })).rejects.toMatchObject({ code: 'DATA_MALFORMED', details: { line: 2 } });
    const stopped = new AbortController();
    const logger = { metrics: () => {}, message: () => {}, progress: () => stopped.abort() };
    await expect(exportEmbeddings(at('run'), at('bad.npy'), { signal: stopped.signal, logger })).rejects.toMatchObject({ code: 'INTERRUPTED' });
    expect((await readdir(folder)).filter((name) => name.startsWith('.') || name.startsWith('bad.n') || name.startsWith('bad.ids'))).toEqual([]);
  });
});
