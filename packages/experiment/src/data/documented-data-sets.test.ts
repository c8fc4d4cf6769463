import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { importDataset, openStore } from '@gramkit/data';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parseConfiguration } from '../configuration/document.js';
import { createReader } from './create-reader.js';

/** The configuration that docs/data.md shows for a data set: the block whose first line names the file. */
async function documented(name: string): Promise<string> {
  const book = await readFile(new URL('../../../../docs/data.md', import.meta.url), 'utf8');
  const blocks = [...book.matchAll(/^```yaml\n(# (\S+\.yaml)[\s\S]*?)^```$/gm)];
  const block = blocks.find(([, , file]) => file === name);
  if (block === undefined) throw new Error(`docs/data.md has no block of ${name}, only ${blocks.map(([, , file]) => file).join(', ')}`);
  return block[1]!;
}

/** Imports a data set, given as files written by hand in its format, by the configuration of the book. */
async function imported(name: string, files: Readonly<Record<string, string>>) {
  const folder = await mkdtemp(join(tmpdir(), 'gramkit-documented-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  for (const [file, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await writeFile(join(folder, file), text);
  }
  const reader = await createReader(parseConfiguration(await documented(name), { source: name, baseDirectory: folder }));
  const { leftOut = {} } = await importDataset(reader, join(folder, 'store.duckdb'));
  const store = await openStore(join(folder, 'store.duckdb'));
  onTestFinished(() => store.close());
  const result = await store.connection.runAndReadAll('SELECT users.id, items.id, response FROM interactions JOIN users USING ("user") JOIN items ON items."row" = item ORDER BY interactions.rowid');
  return { store, rows: result.getRowsJson(), items: await store.items(), leftOut };
}

describe('the configurations of docs/data.md', () => {
  it('read EdNet KT1: one file a student, answers compared with the questions', async () => {
    const header = 'timestamp,solving_id,question_id,user_answer,elapsed_time\n';
    const { rows, items, leftOut } = await imported('ednet.yaml', {
      'KT1/u1.csv': `${header}1565096190868,1,q5012,b,38000\n1565096221062,2,q4706,c,24000\n1565096100000,3,q5012,,21000\n`,
      'KT1/u10.csv': `${header}1548996378149,48,q4706,d,47000\n1548996377530,48,q5012,a,47000\n`,
      'contents/questions.csv': 'question_id,bundle_id,explanation_id,correct_answer,part,tags,deployed_at\nq5012,b3544,e3544,b,5,71,1571279008033\nq4706,b3238,e3238,c,5,179;53;183,1571279009205\n',
      'contents/lectures.csv': 'lecture_id,part,tags,video_length,deployed_at\nl805,5,99,230000,1570426256512\n',
    });
    expect(rows).toEqual([['u1', 'q5012', 1], ['u1', 'q4706', 1], ['u10', 'q5012', 0], ['u10', 'q4706', 0]]);
    expect(items).toEqual([{ id: 'q5012', fields: { part: '5', tags: '71' } }, { id: 'q4706', fields: { part: '5', tags: '179;53;183' } }]);
    expect(leftOut).toEqual({ 'interactions without a response': 1 });
  });

  it('read XES3G5M: sequences in a row, filled up with -1, and texts from JSON', async () => {
    const { rows, items } = await imported('xes3g5m.yaml', {
      'question_level/train_valid_sequences_quelevel.csv': 'fold,uid,questions,concepts,responses,timestamps,selectmasks\n0,14363,"7,8,-1","1_2,3,-1","1,0,-1","1662000000000,1662000005000,-1","1,1,-1"\n0,14363,"8,-1,-1","3,-1,-1","1,-1,-1","1662000009000,-1,-1","1,-1,-1"\n',
      'question_level/test_quelevel.csv': 'fold,uid,questions,concepts,responses,timestamps\n-1,9,"8,7","3,1_2","0,1","1662100000000,1662100001000"\n',
      'question_level/test_window_sequences_quelevel.csv': 'fold,uid,questions,concepts,responses,timestamps,selectmasks\n-1,9,"8,7","3,1_2","0,1","1662100000000,1662100001000","1,1"\n',
      'metadata/questions.json': JSON.stringify({
        7: { content: '小明有3个苹果，一共有几个？', kc_routes: ['拓展思维----应用题模块----加法'], answer: ['5'], options: null, analysis: '3+2=5', type: '填空' },
        8: { content: 'question_8-image_0', kc_routes: ['几何----图形', '计数----图形'], answer: ['A'], options: { A: '1', B: '2' }, analysis: '', type: '单选' },
      }),
    });
    expect(rows).toEqual([['14363', '7', 1], ['14363', '8', 0], ['14363', '8', 1], ['9', '8', 0], ['9', '7', 1]]);
    expect(items).toEqual([
      { id: '7', fields: { text: '小明有3个苹果，一共有几个？', skills: '拓展思维----应用题模块----加法' } },
      { id: '8', fields: { text: 'question_8-image_0', skills: '几何----图形 计数----图形' } },
    ]);
  });

  it('read POJ: verdicts, and problems whose statement is not known left out', async () => {
    const { rows, leftOut } = await imported('poj.yaml', {
      'poj_log.csv': 'User,Submit Time,Problem,Result\nzhang,2004-05-02 10:11:12,1000,Wrong Answer\nzhang,2004-05-01 09:00:00,1001,Compile Error\nzhang,2004-05-02 10:15:00,1000,Accepted\nli,2004-06-01 00:00:00,9999,Accepted\nli,2004-06-01 00:00:01,1000,\n',
      'problems.csv': 'Problem,statement\n1000,"Calculate a+b.\nInput: two integers."\n1001,Exponentiation of a real number.\n',
    });
    expect(rows).toEqual([['zhang', '1001', 0], ['zhang', '1000', 0], ['zhang', '1000', 1]]);
    expect(leftOut).toEqual({ 'interactions whose item is not among the items': 1, 'interactions without a response': 1 });
  });

  it('read Goodreads: histories of clicks', async () => {
    const { store, rows, items, leftOut } = await imported('goodreads.yaml', {
      'histories.tsv': '0\t89377 4 89376\n1\t\n2\t89376\n',
      'books.tsv': 'bid\ttitle\n89376\tHeaven\n89377\tPenny "from" Heaven\n',
    });
    expect(store.summary).toMatchObject({ task: 'recommendation', users: 2 });
    expect(rows).toEqual([['0', '89377', 1], ['0', '89376', 1], ['2', '89376', 1]]);
    expect(items[1]).toEqual({ id: '89377', fields: { title: 'Penny "from" Heaven' } });
    expect(leftOut).toEqual({ 'interactions whose item is not among the items': 1 });
  });
});
