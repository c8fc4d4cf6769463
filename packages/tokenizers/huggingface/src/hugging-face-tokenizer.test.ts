import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { defaultModelDirectory } from '@gramkit/engine-tensorflow';
import { type ItemContent, isPlugin } from '@gramkit/spec';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import oracle from './__fixtures__/minilm-token-ids.json' with { type: 'json' };
import plugin, { createHuggingFaceTokenizer } from './index.js';

const model = defaultModelDirectory();
const item = (id: string, fields: Record<string, string>): ItemContent => ({ id, fields });
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'gramkit-tokenizer-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** A small cased tokenizer, with whatever parts a test wants to be otherwise. */
async function smallTokenizer(changes: Record<string, unknown> = {}, maxLength = 32) {
  const vocab = Object.fromEntries(['[PAD]', '[UNK]', '[CLS]', '[SEP]', 'SEP', '[', ']', 'new', '##er', 'word', '##s', 'old'].map((token, id) => [token, id]));
  const special = (id: number, content: string) => ({ id, content, special: true, normalized: false });
  await writeFile(path.join(folder, 'tokenizer.json'), JSON.stringify({
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: [special(0, '[PAD]'), special(1, '[UNK]'), special(2, '[CLS]'), special(3, '[SEP]')],
    normalizer: { type: 'BertNormalizer', clean_text: true, handle_chinese_chars: true, strip_accents: null, lowercase: false },
    pre_tokenizer: { type: 'BertPreTokenizer' },
    post_processor: { type: 'BertProcessing', sep: ['[SEP]', 3], cls: ['[CLS]', 2] },
    decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
    model: { type: 'WordPiece', unk_token: '[UNK]', continuing_subword_prefix: '##', max_input_chars_per_word: 100, vocab },
    ...changes,
  }));
  return createHuggingFaceTokenizer(folder, { maxLength, fields: ['text'] });
}

describe('token ids of MiniLM', () => {
  for (const { maxLength, ids } of oracle.cases) {
    it(`are those of the Rust library, at most ${maxLength} long`, async () => {
      const tokenizer = await createHuggingFaceTokenizer(model, { maxLength, fields: ['text'] });
      expect(ids).toHaveLength(oracle.texts.length);
      oracle.texts.forEach((text, index) => {
        expect({ text, ids: [...tokenizer.encodeText(text)] }).toEqual({ text, ids: ids[index] });
      });
    });
  }

  it('take an unpaired surrogate for the replacement character', async () => {
    const tokenizer = await createHuggingFaceTokenizer(model, { maxLength: 16, fields: ['text'] });
    expect(tokenizer.encodeText('a\ud800b')).toEqual(tokenizer.encodeText('ab'));
    expect(tokenizer.encodeText('\udc00')).toEqual(tokenizer.encodeText(''));
  });

  it('have as many kinds as the vocabulary', async () => {
    expect((await createHuggingFaceTokenizer(model, { maxLength: 16, fields: ['text'] })).vocabularySize).toBe(30522);
  });
});

describe('added tokens', () => {
  it('are no words of the vocabulary, and nothing becomes one by being cleaned', async () => {
    const tokenizer = await smallTokenizer();
    expect([...tokenizer.encodeText('word[SEP]words')]).toEqual([2, 9, 3, 9, 10, 3]);
    expect([...tokenizer.encodeText('[\u0000SEP]')]).toEqual([2, 5, 4, 6, 3]);
  });

  it('that ask for a whole word are found as one only, and never spell another word', async () => {
    const added = [{ id: 12, content: 'brand', single_word: true, normalized: true, special: false }];
    const tokenizer = await smallTokenizer({ added_tokens: added });
    expect([...tokenizer.encodeText('old brand, brand')]).toEqual([2, 11, 12, 1, 12, 3]);
    expect([...tokenizer.encodeText('brands')]).toEqual([2, 1, 3]);
    expect(tokenizer.vocabularySize).toBe(13);
  });

  it('prefer the longest of those that start at one place', async () => {
    const added = [{ id: 12, content: 'new', special: true }, { id: 13, content: 'newer', special: true }];
    const tokenizer = await smallTokenizer({ added_tokens: added });
    expect([...tokenizer.encodeText('newers news')]).toEqual([2, 13, 1, 12, 1, 3]);
  });
});

describe('sections of tokenizer.json that truncate and pad', () => {
  it('have no effect', async () => {
    const plain = (await smallTokenizer()).encodeText('new words old words');
    const tokenizer = await smallTokenizer({
      truncation: { max_length: 3, strategy: 'LongestFirst', stride: 0 },
      padding: { strategy: { Fixed: 20 }, direction: 'Left', pad_id: 0, pad_type_id: 0, pad_token: '[PAD]' },
    });
    expect(tokenizer.encodeText('new words old words')).toEqual(plain);
  });
});

describe('a prepared catalogue', () => {
  it('collates rows in any order, repeated, padded to the longest of them', async () => {
    const tokenizer = await smallTokenizer({ padding: { strategy: 'BatchLongest', direction: 'Right', pad_id: 7, pad_type_id: 0, pad_token: 'new' } });
    const prepared = tokenizer.prepare([item('a', { text: 'old words' }), item('b', { text: '' }), item('c', { text: 'new' })]);
    expect([prepared.count, prepared.lengthOf(0), prepared.lengthOf(1), prepared.lengthOf(2)]).toEqual([3, 5, 2, 3]);
    const { tokenIds, lengths } = prepared.collate([2, 1, 2]);
    expect(tokenIds).toEqual({ dtype: 'int32', shape: [3, 3], data: Int32Array.of(2, 7, 3, 2, 3, 7, 2, 7, 3) });
    expect(lengths).toEqual({ dtype: 'int32', shape: [3], data: Int32Array.of(3, 2, 3) });
    expect(prepared.collate([]).tokenIds!.shape).toEqual([0, 0]);
    expect(() => prepared.collate([3])).toThrow(/no item in row 3.*3 items/);
  });

  it('joins several fields by a space', async () => {
    await smallTokenizer();
    const tokenizer = await createHuggingFaceTokenizer(folder, { maxLength: 32, fields: ['title', 'body'] });
    const prepared = tokenizer.prepare([item('a', { title: 'old', body: 'words' })]);
    expect([...prepared.collate([0]).tokenIds!.data]).toEqual([...tokenizer.encodeText('old words')]);
  });

  it('names the item and the field that it lacks', async () => {
    const tokenizer = await smallTokenizer();
    expect(() => tokenizer.prepare([item('q7', { title: 'old' })])).toThrow(expect.objectContaining({
      code: 'DATA_MISSING', message: expect.stringContaining("item 'q7' has no field 'text'"), details: expect.objectContaining({ alternatives: ['title'] }),
    }));
    expect(() => tokenizer.prepare([item('q8', Object.create({ text: 'inherited' }) as Record<string, string>)])).toThrow(/q8/);
  });
});

describe('the fingerprint', () => {
  it('changes with the file, the length and the fields, and with nothing else', async () => {
    const first = await smallTokenizer();
    expect((await smallTokenizer()).fingerprint).toBe(first.fingerprint);
    expect((await smallTokenizer({}, 31)).fingerprint).not.toBe(first.fingerprint);
    expect((await smallTokenizer({ padding: { pad_id: 1 } })).fingerprint).not.toBe(first.fingerprint);
    const other = await createHuggingFaceTokenizer(folder, { maxLength: 32, fields: ['title'] });
    expect(other.fingerprint).not.toBe(first.fingerprint);
  });
});

describe('errors', () => {
  const create = (maxLength = 8) => createHuggingFaceTokenizer(folder, { maxLength, fields: ['text'] });

  it('name a file that is missing', async () => {
    await expect(createHuggingFaceTokenizer(path.join(folder, 'nowhere'), { maxLength: 8, fields: ['text'] })).rejects.toMatchObject({
      code: 'MODEL_FILE_MISSING', details: { file: path.join(folder, 'nowhere', 'tokenizer.json') },
    });
  });

  it('name a file that is cut off, or another kind of JSON', async () => {
    await smallTokenizer();
    const whole = await readFile(path.join(folder, 'tokenizer.json'), 'utf8');
    await writeFile(path.join(folder, 'tokenizer.json'), whole.slice(0, 100));
    await expect(create()).rejects.toMatchObject({ code: 'MODEL_FILE_CORRUPT', message: expect.stringContaining('no JSON') });
    await writeFile(path.join(folder, 'tokenizer.json'), '{"model": {"vocab": {"a": -1}}}');
    await expect(create()).rejects.toMatchObject({ code: 'MODEL_FILE_CORRUPT', message: expect.stringContaining('vocab') });
  });

  it('say what cannot be built', async () => {
    await expect(smallTokenizer({ normalizer: { type: 'Nonesuch' } })).rejects.toMatchObject({
      code: 'MODEL_UNSUPPORTED', message: expect.stringContaining('Nonesuch'),
    });
    const model = { type: 'WordPiece', unk_token: '[NOTHING]', continuing_subword_prefix: '##', max_input_chars_per_word: 100, vocab: { a: 0 } };
    await expect(smallTokenizer({ model })).rejects.toMatchObject({ code: 'MODEL_UNSUPPORTED', message: expect.stringContaining('[NOTHING]') });
  });

  it('refuse a length that leaves no room for text', async () => {
    await smallTokenizer();
    await expect(create(2)).rejects.toMatchObject({ code: 'CONFIGURATION_INVALID', details: { field: 'maxLength' } });
  });
});

describe('the plugin', () => {
  it('reads the model that set-up brought, 128 tokens of the field `text`, unless told otherwise', async () => {
    expect(isPlugin(plugin)).toBe(true);
    const options = plugin.options.parse({});
    expect(options).toEqual({ maxLength: 128, fields: ['text'] });
    const tokenizer = await plugin.create({ options, defaultModelDirectory: model, baseDirectory: folder });
    expect(tokenizer.prepare([item('a', { text: 'word '.repeat(500) })]).lengthOf(0)).toBe(128);
  });

  it('finds a model folder from the base directory, and refuses unknown options', async () => {
    await smallTokenizer();
    const options = plugin.options.parse({ model: path.basename(folder) });
    const tokenizer = await plugin.create({ options, defaultModelDirectory: model, baseDirectory: path.dirname(folder) });
    expect(tokenizer.vocabularySize).toBe(12);
    expect(plugin.options.safeParse({ maxlength: 3 }).success).toBe(false);
  });
});
