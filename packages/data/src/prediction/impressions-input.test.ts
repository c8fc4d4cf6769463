import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { literal, openDatabase } from '../store/database.js';
import { ImpressionsInput, type AskedImpression } from './impressions-input.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gramkit-impressions-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function read(name: string, content?: string): Promise<AskedImpression[]> {
  const file = join(folder, name);
  if (content !== undefined) await writeFile(file, content);
  const input = await ImpressionsInput.open(file, join(folder, 'output.jsonl'));
  const rows: AskedImpression[] = [];
  try {
    for await (const row of input.rows()) rows.push(row);
  } finally {
    await input.close();
  }
  expect((await readdir(folder)).filter((entry) => entry.startsWith('.'))).toEqual([]);
  return rows;
}

const expected = [
  { record: 1, id: '7', user: 'a', history: ['N1', 'N2'], candidates: ['N3', 'N4'] },
  { record: 2, id: '9', user: 'b', history: [], candidates: ['N5'] },
];

describe('ImpressionsInput', () => {
  it("reads MIND's behaviors, with labels and without, and tables of lists or of words", async () => {
    expect(await read('behaviors.tsv', '7\ta\t11/15/2019 8:00:00 AM\tN1 N2\tN3-0 N4-1\n9\tb\t11/15/2019 9:00:00 AM\t\tN5\n')).toEqual(expected);
    expect(await read('in.tsv', 'id\tuser\thistory\tcandidates\n7\ta\tN1 N2\tN3 N4\n9\tb\t\tN5\n')).toEqual(expected);
    expect(await read('in.csv', 'candidates,user,id,history\nN3 N4,a,7,N1 N2\nN5,b,9,\n')).toEqual(expected);
    expect(await read('in.jsonl', '{"id":7,"user":"a","history":["N1","N2"],"candidates":["N3","N4"]}\n{"id":"9","user":"b","history":null,"candidates":"N5"}\n')).toEqual(expected);
    const database = await openDatabase(undefined, { memoryLimit: '64MB' });
    await database.connection.run(`COPY (SELECT * FROM (VALUES (7, 'a', ['N1', 'N2'], ['N3', 'N4']), (9, 'b', [], ['N5'])) AS rows (id, "user", history, candidates)) TO ${literal(join(folder, 'in.parquet'))} (FORMAT parquet)`);
    database.close();
    expect(await read('in.parquet')).toEqual(expected);
  });

  it('numbers rows without an id', async () => {
    expect(await read('bare.jsonl', '{"history":[],"candidates":[1,2]}\n')).toEqual([{ record: 1, id: '1', user: '', history: [], candidates: ['1', '2'] }]);
  });

  it.each([
    ['bad.tsv', '7\ta\tt\tN1\tN3\n9\tb\tt\tN5\n', { line: 2 }],
    ['none.csv', 'history,candidates\nN1,N2\nN1,\n', { line: 3, field: 'candidates' }],
    ['column.csv', 'history,candidate\nN1,N2\n', { field: 'candidates' }],
  ])('refuses %s with its place', async (name, content, details) => {
    await expect(read(name, content)).rejects.toMatchObject({ code: 'DATA_MALFORMED', details });
  });

  it('says of a file that is not there, of another format or without its columns what to do about the file, not about a configuration', async () => {
    await expect(read('nofile.csv')).rejects.toMatchObject({ code: 'DATA_MISSING', details: { file: join(folder, 'nofile.csv'), fix: expect.stringMatching(/^correct the path; .*current folder$/) as string } });
    await expect(read('in.txt', 'history,candidates\n')).rejects.toMatchObject({ code: 'USAGE', details: { alternatives: ['.csv', '.tsv', '.jsonl', '.parquet'] } });
    await expect(read('column.csv', 'history,candidate\nN1,N2\n')).rejects.toMatchObject({ details: { alternatives: ['history', 'candidate'], fix: 'name the columns of the input history, candidates' } });
  });
});
