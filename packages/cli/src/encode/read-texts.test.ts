import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readTexts } from './read-texts.js';

const folder = mkdtempSync(join(tmpdir(), 'gram-texts-'));

async function textsOf(name: string, content: string | Buffer): Promise<string[]> {
  const file = join(folder, name);
  writeFileSync(file, content);
  const texts: string[] = [];
  for await (const { text } of readTexts(file)) texts.push(text!);
  return texts;
}

it('reads one text a line: empty ones count, a newline at the end starts no other, CRLF is a newline', async () => {
  expect(await textsOf('a.txt', 'one\n\nthree\n')).toEqual(['one', '', 'three']);
  expect(await textsOf('b.txt', 'one\r\n\r\nthree')).toEqual(['one', '', 'three']);
  expect(await textsOf('c.txt', '\n')).toEqual(['']);
  expect(await textsOf('d.txt', '')).toEqual([]);
});

it('splits at newlines only and keeps characters that straddle chunks', async () => {
  const long = 'é'.repeat(70_001);
  expect(await textsOf('e.txt', `a\u2028b\u0085c\n${long}\nz`)).toEqual(['a\u2028b\u0085c', long, 'z']);
});

it('takes a byte order mark off the first line only', async () => {
  expect(await textsOf('f.txt', '\uFEFFa\n\uFEFFb')).toEqual(['a', '\uFEFFb']);
});

it('reads the field text of JSON lines', async () => {
  expect(await textsOf('a.jsonl', '{"text":"a\\nb"}\n{"id":1,"text":""}\n')).toEqual(['a\nb', '']);
});

it('reads the fields that are asked for, in their order; a line of text is the first', async () => {
  const fields = ['title', 'abstract'];
  const file = join(folder, 'fields.jsonl');
  writeFileSync(file, '{"abstract":"b","text":"c","title":"a"}\n{"title":"d"}\n');
  const texts = readTexts(file, fields);
  expect(Object.entries((await texts.next()).value!)).toEqual([['title', 'a'], ['abstract', 'b']]);
  await expect(texts.next()).rejects.toMatchObject({ details: { line: 2, field: 'abstract' } });
  writeFileSync(join(folder, 'fields.txt'), 'one\n');
  expect((await readTexts(join(folder, 'fields.txt'), fields).next()).value).toEqual({ title: 'one', abstract: '' });
});

it.each([
  ['bad.jsonl', '{"text":"a"}\n{"text":1}\n', { line: 2, field: 'text' }],
  ['none.jsonl', '{"text":"a"}\n{}\n', { line: 2, field: 'text' }],
  ['null.jsonl', 'null', { line: 1, field: 'text' }],
  ['broken.jsonl', '{"text":"a"}\n\n', { line: 2 }],
  ['latin.txt', Buffer.from([0x61, 0x0a, 0xe9, 0x0a]), { line: 2 }],
])('refuses %s and names the line', async (name, content, place) => {
  await expect(textsOf(name, content)).rejects.toMatchObject({ code: 'DATA_MALFORMED', details: place });
});

it('refuses another ending and a file that is missing', async () => {
  await expect(textsOf('a.csv', 'x')).rejects.toMatchObject({ code: 'USAGE' });
  await expect(readTexts(join(folder, 'missing.txt')).next()).rejects.toMatchObject({ code: 'DATA_MISSING' });
});
