import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { testReader } from '@gramkit/plugin-testkit';
import type { DatasetReader } from '@gramkit/spec';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import plugin, { createReader } from './index.js';

testReader(plugin, {
  options: { items: 'items.tsv', answers: 'answers.tsv' },
  baseDirectory: fileURLToPath(new URL('../data', import.meta.url)),
  // Files in each other's place have another fingerprint, and are wrong from their first line on.
  other: { options: { items: 'items.tsv', answers: 'items.tsv' } },
  malformed: [{ options: { items: 'answers.tsv', answers: 'answers.tsv' }, file: 'answers.tsv', line: 1 }],
  unreadable: [{ options: { items: 'none.tsv', answers: 'answers.tsv' }, code: 'DATA_MISSING' }],
});

async function all<Value>(values: AsyncIterable<Value>): Promise<Value[]> {
  const collected: Value[] = [];
  for await (const value of values) collected.push(value);
  return collected;
}

describe('the reader', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'plugin-name-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  async function readerOf(items: string, answers: string): Promise<DatasetReader> {
    await writeFile(path.join(folder, 'items.tsv'), items);
    await writeFile(path.join(folder, 'answers.tsv'), answers);
    return createReader({ items: 'items.tsv', answers: 'answers.tsv' }, folder);
  }

  it('reads items and answers, and passes empty lines over', async () => {
    const reader = await readerOf('q1\tHalf of 12?\nq2\tA third of 12?\n', 'ann\tq1\t1\r\n\nben\tq2\t0\n');
    expect((await all(reader.items())).flat()).toEqual([{ id: 'q1', fields: { text: 'Half of 12?' } }, { id: 'q2', fields: { text: 'A third of 12?' } }]);
    expect(await all(reader.interactions())).toEqual([{ userIds: ['ann', 'ben'], itemIds: ['q1', 'q2'], responses: Uint8Array.of(1, 0) }]);
  });

  it('names the line of what it cannot read, and the file that is not there', async () => {
    const reader = await readerOf('q1\tHalf of 12?\n', 'ann\tq1\t1\n\nann\tq1\tyes\n');
    await expect(all(reader.interactions())).rejects.toMatchObject({ code: 'DATA_MALFORMED', details: { file: path.join(folder, 'answers.tsv'), line: 3 } });
    await expect(all((await readerOf('q1', '')).items())).rejects.toMatchObject({ code: 'DATA_MALFORMED', details: { line: 1 } });
    await expect(all(createReader({ items: 'none', answers: 'none' }, folder).items())).rejects.toMatchObject({ code: 'DATA_MISSING' });
  });

  it('has a fingerprint of what stands in the files', async () => {
    const of = async (items: string, answers: string) => (await readerOf(items, answers)).fingerprint();
    const one = await of('q1\ta\n', 'ann\tq1\t1\n');
    expect(await of('q1\ta\n', 'ann\tq1\t1\n')).toBe(one);
    expect(await of('q1\tb\n', 'ann\tq1\t1\n')).not.toBe(one);
    expect(await of('q1\ta\n', 'ann\tq1\t0\n')).not.toBe(one);
  });
});
