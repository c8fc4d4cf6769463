import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { literal, openDatabase, rowsOf } from '../store/database.js';
import { ResponsesInput, type ResponsesOptions } from './responses-input.js';

const columns = { user: 'user', item: 'item', response: 'response' };
const options: ResponsesOptions = { columns, probabilityColumn: 'probability', delimiter: ',', quotes: true };
const csv = 'user,item,response,when,note\nb,x,1,5,"a, b"\na,y,,3,\nb,z,0,4,it\'s "x"\na,x,true,1,\n';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gramkit-responses-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function fileOf(name: string, content: string): Promise<string> {
  const file = join(folder, name);
  await writeFile(file, content);
  return file;
}

/** Predicts every row with its number / 8, nothing for the first, and gives what was written. */
async function predicted(file: string, outputName: string, given = options): Promise<string> {
  const output = join(folder, outputName);
  const input = await ResponsesInput.open(file, output, given);
  try {
    await input.check();
    for await (const { records } of input.byUser()) for (const record of records) await input.predict(record, record === 1 ? Number.NaN : record / 8);
    await input.write(output);
    return output;
  } finally {
    await input.close();
  }
}

describe('ResponsesInput', () => {
  it('gives rows user by user in the order of the file, and tells every item with its first row', async () => {
    const input = await ResponsesInput.open(await fileOf('in.csv', csv.replace('it\'s "x"', 'no')), join(folder, 'out.csv'), options);
    expect(await input.check()).toEqual({ rows: 4, items: new Map([['x', 1], ['y', 2], ['z', 3]]) });
    const rows = [];
    for await (const stretch of input.byUser()) rows.push(stretch);
    expect(rows).toEqual([{ users: ['a', 'a', 'b', 'b'], items: ['y', 'x', 'x', 'z'], responses: Int8Array.of(-1, 1, 1, 0), records: [2, 4, 1, 3] }]);
    await input.close();
    expect((await readdir(folder)).filter((name) => name.startsWith('.'))).toEqual([]);
  });

  it('orders the rows of a user by the column of time where the file has it', async () => {
    const file = await fileOf('timed.csv', csv.replace('it\'s "x"', 'no'));
    for (const [time, expected] of [['when', [4, 2, 3, 1]], ['absent', [2, 4, 1, 3]]] as const) {
      const input = await ResponsesInput.open(file, join(folder, 'out.csv'), { ...options, columns: { ...columns, time } });
      await input.check();
      for await (const { records } of input.byUser()) expect(records).toEqual(expected);
      await input.close();
    }
  });

  it('writes CSV and TSV with every column as it was', async () => {
    const file = await fileOf('quoted.csv', csv.replace('it\'s "x"', '"it\'s ""x"""'));
    expect(await readFile(await predicted(file, 'quoted-out.csv'), 'utf8')).toBe('user,item,response,when,note,probability\nb,x,1,5,"a, b",\na,y,,3,,0.25\nb,z,0,4,"it\'s ""x""",0.375\na,x,true,1,,0.5\n');
    expect((await readFile(await predicted(file, 'quoted-out.tsv'), 'utf8')).split('\n')[1]).toBe('b\tx\t1\t5\ta, b\t');
  });

  it('keeps the types of JSON lines and Parquet', async () => {
    const file = await fileOf('in.jsonl', '{"user":"a","item":7,"response":true,"more":{"b":[1]}}\n{"user":"a","item":8,"response":null}\n');
    const lines = (await readFile(await predicted(file, 'out.jsonl'), 'utf8')).trim().split('\n').map((line) => JSON.parse(line) as unknown);
    expect(lines).toEqual([{ user: 'a', item: 7, response: true, more: { b: [1] }, probability: null }, { user: 'a', item: 8, response: null, more: null, probability: 0.25 }]);
    const parquet = await predicted(file, 'out.parquet');
    await expect(predicted(parquet, 'again.parquet')).rejects.toMatchObject({ code: 'DATA_MALFORMED', details: { field: 'probability' } });
    await predicted(parquet, 'again.parquet', { ...options, probabilityColumn: 'second' });
    const database = await openDatabase(undefined, { memoryLimit: '64MB' });
    expect(await rowsOf(database.connection, `FROM read_parquet(${literal(parquet)})`)).toEqual([['7', '{"b":[1]}', 'true', 'a', null], ['8', null, null, 'a', 0.25]]);
    database.close();
  });

  it('predicts every one of more rows than are flushed together', async () => {
    const rows = 140_000;
    const file = await fileOf('many.csv', `user,item,response\n${Array.from({ length: rows }, (_, row) => `u${row % 3_000},x,1`).join('\n')}\n`);
    const lines = (await readFile(await predicted(file, 'many-out.csv'), 'utf8')).trim().split('\n');
    expect(lines).toHaveLength(rows + 1);
    expect(lines.at(-1)).toBe(`u${(rows - 1) % 3_000},x,1,${rows / 8}.0`);
  });

  it.each([
    ['a missing column', 'user,itm,response\na,x,1\n', { field: 'item' }],
    ['a response that is none', 'user,item,response\na,x,1\na,y,2\n', { line: 3, field: 'response' }],
    ['a missing user', 'user,item,response\n,x,1\n', { line: 2, field: 'user' }],
    ['a row too short', 'user,item,response\na,x,1\nb,x\n', { line: 3 }],
  ])('refuses %s with its place, and leaves nothing', async (_, content, details) => {
    const file = await fileOf('bad.csv', content);
    await expect(predicted(file, 'bad-out.csv')).rejects.toMatchObject({ code: 'DATA_MALFORMED', details: { file, ...details } });
    expect((await readdir(folder)).filter((name) => name.startsWith('bad-out') || name.startsWith('.'))).toEqual([]);
  });

  it('says of a file that is not there, of another format or without its columns what to do about the file, not about a configuration', async () => {
    await expect(predicted(join(folder, 'nofile.csv'), 'bad-out.csv')).rejects.toMatchObject({ code: 'DATA_MISSING', details: { fix: expect.stringMatching(/^correct the path; .*current folder$/) as string } });
    await expect(predicted(await fileOf('in.txt', csv), 'bad-out.csv')).rejects.toMatchObject({ code: 'USAGE', details: { alternatives: ['.csv', '.tsv', '.jsonl', '.parquet'] } });
    const renamed = { ...options, columns: { ...columns, user: 'student' } };
    await expect(predicted(await fileOf('bad.csv', csv), 'bad-out.csv', renamed)).rejects.toMatchObject({ details: { field: 'student', alternatives: ['user', 'item', 'response', 'when', 'note'], fix: 'name the columns of the input student, item, response' } });
  });
});
