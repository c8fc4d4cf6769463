import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { loadEngine } from '@gramkit/engine-tensorflow';
import { type HostTensor, isPlugin, type ItemEncoder } from '@gramkit/spec';
import { readSafetensors, writeSafetensors } from '@gramkit/tensor';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import plugin from './index.js';

const tiny = path.join(import.meta.dirname, '__fixtures__', 'tiny-bert');
let folder: string;
let tensors: Record<string, HostTensor>;

beforeAll(async () => {
  await loadEngine();
});
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'gramkit-bert-'));
  await cp(tiny, folder, { recursive: true });
  tensors = { ...(await readSafetensors(path.join(folder, 'model.safetensors'))).tensors };
});
afterEach(() => rm(folder, { recursive: true }));

const save = (changed: Record<string, HostTensor>) => writeSafetensors(path.join(folder, 'model.safetensors'), changed);

async function configure(changes: Record<string, unknown>) {
  const config = JSON.parse(await readFile(path.join(tiny, 'config.json'), 'utf8'));
  await writeFile(path.join(folder, 'config.json'), JSON.stringify({ ...config, ...changes }));
}

async function create(): Promise<ItemEncoder> {
  return plugin.create({ options: plugin.options.parse({ model: path.basename(folder) }), defaultModelDirectory: tiny, baseDirectory: path.dirname(folder), seed: 1 });
}

/** The values of every weight, of an encoder that is freed at once. */
async function values(encoder: ItemEncoder): Promise<Record<string, number[]>> {
  const found = Object.fromEntries(encoder.weights.map(({ name, variable }) => [name, [...variable.dataSync()]]));
  encoder.dispose();
  return found;
}

const rename = (change: (name: string) => string) => Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [change(name), tensor]));

describe('a model folder', () => {
  it('gives the weights that it holds, by their names', async () => {
    const expected = Object.fromEntries(Object.entries(tensors).map(([name, { data }]) => [name, [...data]]));
    expect(await values(await create())).toEqual(expected);
  });

  it('may name tensors with the prefix of a larger model, layer norms as of old, and hold heads that are left out', async () => {
    const expected = await values(await create());
    const old = rename((name) => `bert.${name.replace('LayerNorm.weight', 'LayerNorm.gamma').replace('LayerNorm.bias', 'LayerNorm.beta')}`);
    const scalar: HostTensor = { dtype: 'float32', shape: [1], data: Float32Array.of(1) };
    const ids: HostTensor = { dtype: 'int32', shape: [1, 2], data: Int32Array.of(0, 1) };
    await save({ ...old, 'bert.pooler.dense.weight': scalar, 'cls.predictions.bias': scalar, 'bert.embeddings.position_ids': ids });
    expect(await values(await create())).toEqual(expected);
  });

  it('may be sharded', async () => {
    const expected = await values(await create());
    const names = Object.keys(tensors);
    const shard = (number: number) => `model-0000${number}-of-00002.safetensors`;
    const part = (from: number, to: number) => Object.fromEntries(names.slice(from, to).map((name) => [name, tensors[name]!]));
    await rm(path.join(folder, 'model.safetensors'));
    await writeSafetensors(path.join(folder, shard(1)), part(0, 9));
    await writeSafetensors(path.join(folder, shard(2)), part(9, names.length));
    const weightMap = Object.fromEntries(names.map((name, index) => [name, shard(index < 9 ? 1 : 2)]));
    await writeFile(path.join(folder, 'model.safetensors.index.json'), JSON.stringify({ metadata: {}, weight_map: weightMap }));
    expect(await values(await create())).toEqual(expected);
  });

  it('whose tensors do not fit its configuration is refused, with every one of them named at once', async () => {
    const without = new Set(['encoder.layer.1.output.dense.bias', 'embeddings.LayerNorm.bias']);
    const rest = Object.fromEntries(Object.entries(tensors).filter(([name]) => !without.has(name)));
    const wrong: HostTensor = { dtype: 'float32', shape: [8, 32], data: new Float32Array(256) };
    await save({ ...rest, 'encoder.layer.0.intermediate.dense.weight': wrong, 'encoder.layer.2.output.dense.bias': tensors['embeddings.LayerNorm.bias']! });
    await expect(create()).rejects.toMatchObject({ code: 'MODEL_WEIGHTS_MISMATCH', details: { file: folder } });
    await expect(create()).rejects.toThrow(/'embeddings\.LayerNorm\.bias' \[16\] is missing/);
    await expect(create()).rejects.toThrow(/'encoder\.layer\.1\.output\.dense\.bias' \[16\] is missing/);
    await expect(create()).rejects.toThrow(/'encoder\.layer\.2\.output\.dense\.bias' is unexpected/);
    await expect(create()).rejects.toThrow(/'encoder\.layer\.0\.intermediate\.dense\.weight' has the shape \[8, 32\], not \[32, 16\]/);
  });

  it('may hold no tensor under two names, and no weight of integers', async () => {
    await save({ ...tensors, 'bert.embeddings.LayerNorm.gamma': tensors['embeddings.LayerNorm.weight']! });
    await expect(create()).rejects.toThrow(/'embeddings\.LayerNorm\.weight' is there twice/);
    await save({ ...tensors, 'embeddings.LayerNorm.bias': { dtype: 'int32', shape: [16], data: new Int32Array(16) } });
    await expect(create()).rejects.toMatchObject({ code: 'MODEL_UNSUPPORTED', details: { field: 'embeddings.LayerNorm.bias' } });
  });
});

describe('config.json', () => {
  it.each([
    [{ model_type: 'roberta' }, /model_type/],
    [{ hidden_act: 'gelu_new' }, /'gelu_new' is not supported; supported: gelu, relu/],
    [{ position_embedding_type: 'relative_key' }, /'relative_key'/],
    [{ is_decoder: true }, /decoder/],
    [{ hidden_size: undefined }, /hidden_size/],
    [{ num_attention_heads: 3 }, /3 heads cannot share 16/],
  ])('with %j is refused', async (changes, message) => {
    await configure(changes);
    await expect(create()).rejects.toMatchObject({ code: 'MODEL_UNSUPPORTED', message: expect.stringMatching(message), details: { file: path.join(folder, 'config.json') } });
  });

  it('may leave out what has a default, and choose relu', async () => {
    await configure({ model_type: undefined, position_embedding_type: undefined, layer_norm_eps: undefined, type_vocab_size: undefined, hidden_act: 'relu' });
    const encoder = await create();
    expect([encoder.dimension, encoder.vocabularySize, encoder.drawsMasks]).toEqual([16, 40, false]);
    encoder.dispose();
  });

  it('that is missing or broken is named', async () => {
    await writeFile(path.join(folder, 'config.json'), '{"model_type":');
    await expect(create()).rejects.toMatchObject({ code: 'MODEL_FILE_CORRUPT', details: { file: path.join(folder, 'config.json') } });
    await rm(path.join(folder, 'config.json'));
    await expect(create()).rejects.toMatchObject({ code: 'MODEL_FILE_MISSING', details: { file: path.join(folder, 'config.json') } });
  });

  it('alone makes no model: the error says how to make one of an old checkpoint', async () => {
    await rm(path.join(folder, 'model.safetensors'));
    await mkdir(path.join(folder, 'nothing'));
    await expect(create()).rejects.toMatchObject({ code: 'MODEL_FILE_MISSING', details: { file: folder, fix: expect.stringContaining('save_pretrained') } });
  });
});

describe('the plugin', () => {
  it('has the defaults of the comparison, and refuses unknown options', () => {
    expect(isPlugin(plugin)).toBe(true);
    expect(plugin.options.parse({})).toEqual({ pooling: 'mean', attentionWidth: 200, freezeEmbeddings: false, freezeLayers: 0, dropout: 0 });
    expect(plugin.options.safeParse({ pool: 'mean' }).success).toBe(false);
    expect(plugin.options.safeParse({ dropout: 1 }).success).toBe(false);
  });

  it('takes the model that set-up brought where none is named', async () => {
    const encoder = await plugin.create({ options: plugin.options.parse({}), defaultModelDirectory: folder, baseDirectory: '/nowhere', seed: 1 });
    expect(encoder.vocabularySize).toBe(40);
    encoder.dispose();
  });
});
