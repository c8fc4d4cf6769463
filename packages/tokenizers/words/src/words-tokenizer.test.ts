import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { ItemContent, RunLogger, TrainingCatalogue } from '@gramkit/spec';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import plugin, { buildVocabulary, createWordsTokenizer, wordsOptions } from './index.js';
import { wordsOf } from './words-of.js';

const plain = wordsOptions.parse({});
const itemsOf = (texts: readonly string[]): ItemContent[] => texts.map((text, row) => ({ id: String(row), fields: { text, title: `Title ${row}` } }));

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'gramkit-words-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function vectorFile(words: readonly string[]): Promise<string> {
  const file = path.join(folder, `${words.join('-')}.txt`);
  await writeFile(file, words.map((word) => `${word} 1 2\n`).join(''));
  return file;
}

const told: string[] = [];
const logger: RunLogger = { metrics: () => undefined, progress: () => undefined, message: (_, text) => void told.push(text) };

describe('wordsOf', () => {
  it('cuts at the word boundaries of Unicode, without punctuation and symbols', () => {
    expect(wordsOf("Don't add 3.14 + x2, well-known (of 1,000)!", plain)).toEqual(["don't", 'add', '3.14', 'x2', 'well', 'known', 'of', '1,000']);
    expect(wordsOf('¿Cuál es el área? Straße, ДОМ', plain)).toEqual(['cuál', 'es', 'el', 'área', 'straße', 'дом']);
    expect(wordsOf('我们学习', plain).join('')).toBe('我们学习');
    expect(wordsOf('我们学习', plain).length).toBeGreaterThan(1);
    expect(wordsOf(' — ! ', plain)).toEqual([]);
  });

  it('composes characters, and leaves capitals where it is told to', () => {
    expect(wordsOf('A\u0301rea', plain)).toEqual(['área']);
    expect(wordsOf('New York', { ...plain, lowercase: false })).toEqual(['New', 'York']);
  });

  it('makes one word of all numbers where it is told to, and of nothing else', () => {
    expect(wordsOf('3 of 1,000.5 in 2nd x2', { ...plain, numbers: 'one-word' })).toEqual(['<number>', 'of', '<number>', 'in', '2nd', 'x2']);
  });
});

describe('buildVocabulary', () => {
  const items = itemsOf(['the area of the circle', 'the Area', 'of triangles', 'zebra']);

  it('takes the words of the items, the most frequent first, equal ones in one order', async () => {
    expect(await buildVocabulary(items, plain, logger)).toEqual(['the', 'area', 'of', 'circle', 'triangles', 'zebra']);
    expect(await buildVocabulary([...items].reverse(), plain, logger)).toEqual(['the', 'area', 'of', 'circle', 'triangles', 'zebra']);
    expect(told.at(-1)).toBe('the vocabulary has 6 words: 100.0% of the 10 words of the items');
  });

  it('leaves out what is too rare or beyond its size, and says how much of the items that is', async () => {
    expect(await buildVocabulary(items, { ...plain, minimumCount: 2 }, logger)).toEqual(['the', 'area', 'of']);
    expect(await buildVocabulary(items, { ...plain, maximumSize: 1 }, logger)).toEqual(['the']);
    expect(told.at(-1)).toBe('the vocabulary has 1 words: 30.0% of the 10 words of the items');
  });

  it('takes of these the words that have vectors, and the word of numbers', async () => {
    const vectors = await vectorFile(['zebra', 'lion', 'the', 'the']);
    expect(await buildVocabulary(items, { ...plain, vectors }, logger)).toEqual(['the', 'zebra']);
    expect(await buildVocabulary([...items, ...itemsOf(['1 2'])], { ...plain, vectors, numbers: 'one-word' }, logger)).toEqual(['the', '<number>', 'zebra']);
  });

  it('or the first ones of the vectors, each once', async () => {
    const vectors = await vectorFile(['zebra', 'zebra', 'lion', 'the']);
    expect(await buildVocabulary(items, { ...plain, vocabulary: 'vectors', vectors, maximumSize: 2 }, logger)).toEqual(['zebra', 'lion']);
    expect(await buildVocabulary(items, { ...plain, vocabulary: 'vectors', vectors }, logger)).toEqual(['zebra', 'lion', 'the']);
  });

  it('reads the fields that it is told', async () => {
    expect(await buildVocabulary(items.slice(0, 1), { ...plain, fields: ['title'] }, logger)).toEqual(['0', 'title']);
    await expect(buildVocabulary(items, { ...plain, fields: ['body'] }, logger)).rejects.toMatchObject({ code: 'DATA_MISSING', details: { field: 'body' } });
  });

  it('refuses what would leave no word', async () => {
    const refused = (texts: readonly string[], options: object) => expect(buildVocabulary(itemsOf(texts), { ...plain, ...options }, logger)).rejects;
    await refused(['!', ''], {}).toMatchObject({ code: 'DATA_EMPTY', details: { field: 'fields' } });
    await refused(['area'], { minimumCount: 2 }).toMatchObject({ code: 'DATA_EMPTY', details: { field: 'minimumCount' } });
    const vectors = await vectorFile(['Fläche']);
    await refused(['area'], { vectors }).toMatchObject({ code: 'DATA_EMPTY', details: { file: vectors } });
    await refused(['area'], { vectors, vocabulary: 'vectors' }).toMatchObject({ code: 'DATA_EMPTY', details: { file: vectors } });
    await refused(['area'], { vectors: path.join(folder, 'absent') }).toMatchObject({ code: 'MODEL_FILE_MISSING' });
  });
});

describe('the tokenizer', () => {
  const tokenizer = createWordsTokenizer(['the', 'area'], { ...plain, maxLength: 3 });

  it('gives ids in the order of the vocabulary, behind those of padding and of unknown words', () => {
    expect(tokenizer.vocabulary).toEqual(['<padding>', '<unknown>', 'the', 'area']);
    expect(tokenizer.vocabularySize).toBe(4);
    expect([...tokenizer.encodeText('Area of the circle')]).toEqual([3, 1, 2]);
    expect([...tokenizer.encodeText('constructor __proto__')]).toEqual([1, 1]);
    expect([...tokenizer.encodeText('<padding> area')]).toEqual([1, 3]);
  });

  it('takes a text without words for one unknown word', () => {
    expect([...tokenizer.encodeText('…')]).toEqual([1]);
  });

  it('prepares items, padded with 0', () => {
    const items = tokenizer.prepare(itemsOf(['the area', 'area']));
    expect(items.collate([1, 0]).tokenIds).toEqual({ dtype: 'int32', shape: [2, 2], data: Int32Array.of(3, 0, 2, 3) });
    expect([items.count, items.lengthOf(0)]).toEqual([2, 2]);
  });

  it('has a fingerprint of all that decides ids', () => {
    const of = (words: readonly string[], options: object = {}) => createWordsTokenizer(words, { ...plain, ...options }).fingerprint;
    const others = [of(['the']), of(['area', 'the']), of(['the', 'area'], { maxLength: 4 }), of(['the', 'area'], { fields: ['title'] }), of(['the', 'area'], { lowercase: false }), of(['the', 'area'], { numbers: 'one-word' })];
    expect(new Set([of(['the', 'area']), ...others]).size).toBe(7);
    expect(of(['the', 'area'])).toBe(of(['the', 'area'], { vocabulary: 'vectors' }));
  });
});

describe('the plugin', () => {
  const create = (options: object, catalogue: TrainingCatalogue) => plugin.create({ options: wordsOptions.parse(options), catalogue, baseDirectory: folder, logger });

  it('derives its vocabulary from the training items, with a file beside the configuration', async () => {
    const vectors = path.basename(await vectorFile(['circle', 'the']));
    const catalogue: TrainingCatalogue = { derive: async (name, derive) => (expect(name).toBe('tokenizer-words.vocabulary'), await derive(itemsOf(['the area', 'the circle']))) };
    expect((await create({ vectors }, catalogue)).vocabulary).toEqual(['<padding>', '<unknown>', 'the', 'circle']);
  });

  it('takes the vocabulary that the run kept, whatever has become of file and items', async () => {
    const catalogue: TrainingCatalogue = { derive: () => Promise.resolve(['kept'] as never) };
    expect((await create({ vectors: 'gone.txt' }, catalogue)).vocabulary).toEqual(['<padding>', '<unknown>', 'kept']);
  });

  it('refuses the words of vectors without vectors', () => {
    expect(wordsOptions.safeParse({ vocabulary: 'vectors' }).error!.issues).toMatchObject([{ path: ['vectors'] }]);
    expect(wordsOptions.safeParse({ vocabulary: 'vectors', vectors: 'a.txt' }).success).toBe(true);
    expect(wordsOptions.safeParse({ lower: true }).success).toBe(false);
  });
});
