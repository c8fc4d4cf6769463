import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readWordVectors } from './read-word-vectors.js';
import { wordVectorLines } from './word-vector-lines.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'gramkit-vectors-'));
});
afterAll(() => rm(folder, { recursive: true }));

let files = 0;
async function fileOf(content: string | Uint8Array): Promise<string> {
  const file = path.join(folder, `${files++}.txt`);
  await writeFile(file, content);
  return file;
}

async function wordsOf(file: string): Promise<string[]> {
  const words: string[] = [];
  for await (const { word } of wordVectorLines(file)) words.push(word);
  return words;
}

const listed = async (content: string, wanted: readonly string[]) => {
  const { dimension, vectors } = await readWordVectors(await fileOf(content), wanted);
  return { dimension, vectors: Object.fromEntries(Array.from(vectors, ([word, vector]) => [word, Array.from(vector)])) };
};

describe('readWordVectors', () => {
  it('keeps the vectors of the words asked for, out of GloVe text', async () => {
    expect(await listed('the 0.5 -1 2e-1\n, 1 2 3\narea 4 5 6\n', ['area', 'the', 'circle'])).toEqual({ dimension: 3, vectors: { the: [0.5, -1, Math.fround(0.2)], area: [4, 5, 6] } });
  });

  it('reads the first line of fastText and word2vec, spaces at the ends of lines, CRLF and a last line without an end', async () => {
    expect(await listed('2 3\r\nthe 1 2 3 \r\nÜbung 4 5 6 ', ['Übung'])).toEqual({ dimension: 3, vectors: { Übung: [4, 5, 6] } });
  });

  it('takes the first of a word that stands there twice', async () => {
    expect((await listed('area 1 2\narea 3 4\n', ['area'])).vectors).toEqual({ area: [1, 2] });
  });

  it('takes words that hold spaces or are numbers, as some of GloVe are', async () => {
    expect(await wordsOf(await fileOf('. . 1 2\nat name@example.org 3 4\n7 5 6\n'.replace('. . 1 2\n', 'the 1 2\n. . 1 2\n')))).toEqual(['the', '. .', 'at name@example.org', '7']);
  });

  it('reads lines across the chunks of a stream, and stops reading where nobody asks on', async () => {
    const numbers = Array.from({ length: 300 }, (_, place) => (place / 7).toFixed(6));
    const content = Array.from({ length: 1_500 }, (_, row) => `word${row} ${numbers.map((number) => `${row}${number}`).join(' ')}\n`).join('');
    expect(content.length).toBeGreaterThan(3 << 20);
    const file = await fileOf(`${content}broken\n`);
    let read = 0;
    for await (const { word, line, vector } of wordVectorLines(file)) {
      expect([word, line]).toEqual([`word${read}`, read + 1]);
      if (read === 1_499) {
        expect(Array.from(vector())).toEqual(numbers.map((number) => Math.fround(Number(`1499${number}`))));
        break;
      }
      read++;
    }
    await expect(wordsOf(file)).rejects.toMatchObject({ code: 'MODEL_FILE_CORRUPT', details: { file, line: 1_501 } });
  });

  it.each([
    ['fewer numbers than the first line', 'a 1 2\nb 1\n', 2, /1 numbers.* has 2/],
    ['more numbers than the first line', 'a 1 2\nb 1 2 3\n', 2, /3 numbers.* has 2/],
    ['another length than the header', '1 3\na 1 2\n', 2, /2 numbers.* has 3/],
    ['a blank line', 'a 1 2\n\nb 1 2\n', 2, /0 numbers/],
    ['fewer words than the header', '3 2\na 1 2\nb 1 2\n', 1, /promises 3 words, and there are 2/],
    ['no numbers', 'hello\n', 1, /no word with numbers/],
    ['nothing', '', 1, /no word vectors/],
    ['a header alone', '0 2\n', 1, /no word vectors/],
  ])('refuses %s, with the line', async (_, content, line, message) => {
    const file = await fileOf(content);
    await expect(wordsOf(file)).rejects.toMatchObject({ code: 'MODEL_FILE_CORRUPT', message: expect.stringMatching(message) as string, details: { file, line, fix: expect.any(String) as string } });
  });

  it('refuses what is no number in a vector that is asked for', async () => {
    const file = await fileOf('a 1 2\nb 1 two\nc  1\n');
    await expect(readWordVectors(file, ['b'])).rejects.toMatchObject({ code: 'MODEL_FILE_CORRUPT', message: "'two' is no number", details: { file, line: 2 } });
    await expect(readWordVectors(file, ['c'])).rejects.toMatchObject({ message: "'' is no number", details: { line: 3 } });
    expect((await readWordVectors(file, ['a'])).vectors.size).toBe(1);
  });

  it('refuses a file of the binary form and one that is missing', async () => {
    const binary = Buffer.concat([Buffer.from('2 3\nthe '), Buffer.from(Float32Array.of(1, 2, 3).buffer), Buffer.from('\n')]);
    await expect(wordsOf(await fileOf(binary))).rejects.toMatchObject({ code: 'MODEL_FILE_CORRUPT', details: { line: 2, fix: expect.stringContaining('as text') as string } });
    await expect(wordsOf(path.join(folder, 'absent.txt'))).rejects.toMatchObject({ code: 'MODEL_FILE_MISSING', details: { file: path.join(folder, 'absent.txt') } });
  });
});
