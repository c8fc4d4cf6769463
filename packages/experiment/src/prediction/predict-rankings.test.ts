import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadEngine } from '@gramkit/engine-tensorflow';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseConfiguration } from '../configuration/document.js';
import { resolveConfiguration } from '../configuration/resolve-configuration.js';
import { writeTinyBert } from '../testing/tiny-bert.js';
import { trainRun } from '../trainer/train-run.js';
import type { PredictOptions } from './predict-options.js';
import { predictRun } from './predict-run.js';

const historyLength = 3;
const words = ['sport', 'film', 'food', 'music'];

let folder: string;
let run: string;
beforeAll(async () => {
  await loadEngine({ threads: 1 });
  folder = await mkdtemp(join(tmpdir(), 'gramkit-rank-'));
  run = join(folder, 'run');
  process.env['GRAMKIT_CACHE'] = join(folder, 'cache');
  await writeTinyBert(join(folder, 'bert'));
  await writeFile(join(folder, 'items.csv'), `id,text\n${Array.from({ length: 24 }, (_, item) => `n${item},${words[item % 4]} ${item}`).join('\n')}\n`);
  const clicks = Array.from({ length: 20 }, (_, user) => Array.from({ length: 5 }, (__, place) => `u${user},n${(user + 4 * place + place) % 24}`)).flat();
  await writeFile(join(folder, 'clicks.csv'), `user,item\n${clicks.join('\n')}\n`);
  const text = `
seed: 3
data: { use: tabular, task: recommendation, interactions: clicks.csv, items: items.csv, historyLength: ${historyLength}, evaluationNegatives: 5, split: { by: leave-one-out } }
tokenizer: { use: huggingface, model: bert, maxLength: 24 }
encoder: { use: bert, model: bert }
model: { use: nrms, heads: 2 }
strategy: { use: single-step }
training: { epochs: 1, batchSize: 8 }
output: run
`;
  await trainRun(await resolveConfiguration(parseConfiguration(text, { source: 'run.yaml', baseDirectory: folder })));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function write(name: string, content: string): Promise<string> {
  const file = join(folder, name);
  await writeFile(file, content);
  return file;
}

interface Ranked {
  readonly id: string;
  readonly user: string;
  readonly ranking: readonly { readonly item: string; readonly score: number }[];
}

async function rank(lines: readonly object[], options: Partial<PredictOptions> = {}): Promise<Ranked[]> {
  const input = await write('asked.jsonl', lines.map((line) => JSON.stringify(line)).join('\n'));
  const output = join(folder, 'ranked.jsonl');
  await predictRun(run, { input, output, overwrite: true, ...options });
  return (await readFile(output, 'utf8')).trim().split('\n').map((line) => JSON.parse(line) as Ranked);
}

const scoresOf = ({ ranking }: Ranked) => Object.fromEntries(ranking.map(({ item, score }) => [item, score]));

describe('predictRun of a run of recommendation', () => {
  it('ranks candidates best first; a score depends on the history alone, not on the row beside it or the order of candidates', async () => {
    const candidates = ['n1', 'n2', 'n3', 'n4', 'n5'];
    const before = tf.memory().numTensors;
    const [first, turned, other, none] = await rank([
      { id: 'a', user: 'u1', history: ['n6', 'n7', 'n8'], candidates },
      { user: 'u1', history: ['n6', 'n7', 'n8'], candidates: [...candidates].reverse() },
      { user: 'u2', history: ['n9'], candidates: ['n3'] },
      { user: 'u3', history: [], candidates },
    ]);
    expect(tf.memory().numTensors).toBe(before);
    expect([first!.id, turned!.id]).toEqual(['a', '2']);
    expect(new Set(first!.ranking.map(({ item }) => item))).toEqual(new Set(candidates));
    const scores = first!.ranking.map(({ score }) => score);
    expect(scores).toEqual([...scores].sort((a, b) => b - a));
    expect(new Set(scores).size).toBeGreaterThan(1);
    for (const [item, score] of Object.entries(scoresOf(turned!))) expect(score).toBeCloseTo(scoresOf(first!)[item]!, 5);
    const [alone] = await rank([{ user: 'u2', history: ['n9'], candidates: ['n3', 'n1'] }]);
    expect(scoresOf(alone!)['n3']).toBeCloseTo(scoresOf(other!)['n3']!, 5);
    expect(none!.ranking).toHaveLength(5);
  });

  it('reads the last clicks of a history, as many as training did', async () => {
    const [long, short, earlier] = await rank([['n1', 'n6', 'n7', 'n8'], ['n6', 'n7', 'n8'], ['n1', 'n6', 'n7']].map((history) => ({ history, candidates: ['n2', 'n3'] })));
    for (const [item, score] of Object.entries(scoresOf(short!))) expect(scoresOf(long!)[item]).toBeCloseTo(score, 5);
    expect(Math.abs(scoresOf(earlier!)['n2']! - scoresOf(short!)['n2']!)).toBeGreaterThan(1e-6);
  });

  it("writes MIND's submission: the rank of each candidate as they were given", async () => {
    const [{ ranking }] = (await rank([{ history: ['n6'], candidates: ['n1', 'n2', 'n3'] }])) as [Ranked];
    const input = await write('behaviors.tsv', '17\tu1\t11/15/2019 8:00:00 AM\tn6\tn1-0 n2-1 n3-0\n');
    const output = join(folder, 'prediction.txt');
    const predicted = await predictRun(run, { input, output });
    expect(predicted).toEqual({ task: 'recommendation', output, rows: 1, candidates: 3, items: 4 });
    const ranks = ['n1', 'n2', 'n3'].map((item) => ranking.findIndex((one) => one.item === item) + 1);
    expect(await readFile(output, 'utf8')).toBe(`17 [${ranks.join(',')}]\n`);
  });

  it('encodes new items, and refuses those that nobody knows', async () => {
    const items = await write('new.csv', 'id,text\nnew,sport 1\n');
    const [ranked] = await rank([{ history: ['n6'], candidates: ['new', 'n2', 'n1'] }], { items });
    await write('new.csv', 'id,text\nnew,food 2\n');
    const [changed] = await rank([{ history: ['n6'], candidates: ['new', 'n2', 'n1'] }], { items });
    expect(scoresOf(changed!)['new']).toBeCloseTo(scoresOf(changed!)['n2']!, 5);
    expect(scoresOf(changed!)['new']).not.toBe(scoresOf(ranked!)['new']);
    await expect(rank([{ history: [], candidates: ['n1'] }, { history: ['n1'], candidates: ['absent'] }])).rejects.toMatchObject({
      code: 'DATA_MALFORMED', details: { line: 2 }, message: expect.stringContaining("item 'absent' is not in the run's catalogue") as string,
    });
    await expect(predictRun(run, { input: join(folder, 'asked.jsonl'), output: join(folder, 'ranked.csv') })).rejects.toMatchObject({ code: 'USAGE' });
    expect((await readdir(folder)).filter((name) => name.startsWith('.'))).toEqual([]);
  });
});
