import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadEngine } from '@gramkit/engine-tensorflow';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseConfiguration } from '../configuration/document.js';
import { resolveConfiguration } from '../configuration/resolve-configuration.js';
import { evaluateRun } from '../evaluation/evaluate-run.js';
import { AreaUnderCurve } from '../metrics/area-under-curve.js';
import { writeTinyBert } from '../testing/tiny-bert.js';
import { trainRun } from '../trainer/train-run.js';
import { predictResponses, type PredictResponsesOptions } from './predict-responses.js';

const windowLength = 6;
const models = ['dkt', 'sakt'] as const;
const words = ['add', 'half', 'angle', 'root', 'mean', 'area'];

let folder: string;
const runOf = (model: string) => join(folder, `run-${model}`);

/** What students of a rule answer: whether number and word of student and question go together. */
function interactions(): { user: string; item: string; response: number; out: number }[] {
  return Array.from({ length: 30 }, (_, user) =>
    Array.from({ length: windowLength }, (__, place) => {
      const item = (user * 5 + place * 7) % 24;
      return { user: `u${user}`, item: `q${item}`, response: (user + (item % 6) + place) % 3 === 0 ? 0 : 1, out: user % 5 === 0 ? 1 : 0 };
    }),
  ).flat();
}

beforeAll(async () => {
  await loadEngine({ threads: 1 });
  folder = await mkdtemp(join(tmpdir(), 'gramkit-predict-'));
  process.env['GRAMKIT_CACHE'] = join(folder, 'cache');
  await writeTinyBert(join(folder, 'bert'));
  await writeFile(join(folder, 'items.csv'), `id,text\n${Array.from({ length: 24 }, (_, item) => `q${item},${words[item % 6]} of ${item}`).join('\n')}\n`);
  await writeFile(join(folder, 'interactions.csv'), `student,item,response,out\n${interactions().map(({ user, item, response, out }) => [user, item, response, out].join(',')).join('\n')}\n`);
  for (const model of models) {
    const text = `
seed: 3
data:
  use: tabular
  interactions: interactions.csv
  items: items.csv
  columns: { user: student, heldOut: out }
  windowLength: ${windowLength}
tokenizer: { use: huggingface, model: bert, maxLength: 24 }
encoder: { use: bert, model: bert }
model: { use: ${model} }
strategy: { use: single-step }
training: { epochs: 1, batchSize: 4 }
output: run-${model}
`;
    await trainRun(await resolveConfiguration(parseConfiguration(text, { source: 'run.yaml', baseDirectory: folder })));
  }
});
afterAll(() => rm(folder, { recursive: true, force: true }));

type Row = Readonly<Record<string, string>>;

async function fileOf(name: string, rows: readonly Row[]): Promise<string> {
  const file = join(folder, name);
  await writeFile(file, ['student,item,response', ...rows.map(({ student, item, response }) => [student, item, response].join(','))].join('\n'));
  return file;
}

/** The probabilities of rows, NaN where there is none. */
async function predict(model: string, rows: readonly Row[], options: Partial<PredictResponsesOptions> = {}): Promise<number[]> {
  const output = join(folder, 'predicted.csv');
  await predictResponses(runOf(model), { input: await fileOf('asked.csv', rows), output, overwrite: true, ...options });
  const lines = (await readFile(output, 'utf8')).trim().split('\n').slice(1).map((line) => line.split(','));
  expect(lines.map(([student, item, response]) => ({ student, item, response }))).toEqual(rows);
  return lines.map(([, , , probability]) => (probability === '' ? Number.NaN : Number(probability)));
}

const row = (student: string, item: number, response: string): Row => ({ student, item: `q${item}`, response });

describe.each(models)('predictResponses of %s', (model) => {
  it('gives the test users the quality that evaluation reports, their rows mixed as they may be', async () => {
    const held = interactions().filter(({ out }) => out === 1);
    const mixed = Array.from({ length: windowLength }, (_, place) => held.filter((__, index) => index % windowLength === place)).flat();
    const before = tf.memory().numTensors;
    const probabilities = await predict(model, mixed.map(({ user, item, response }) => ({ student: user, item, response: String(response) })));
    expect(tf.memory().numTensors).toBe(before);
    const curve = new AreaUnderCurve();
    probabilities.forEach((probability, index) => Number.isNaN(probability) || curve.add(probability, mixed[index]!.response === 1));
    const { metrics } = await evaluateRun(runOf(model));
    expect(probabilities.filter(Number.isNaN)).toHaveLength(6);
    expect(curve.value()).toBeCloseTo((metrics as { auc: number }).auc, 6);
  });

  it('predicts a row from those before it alone, whether it has a response itself or not', async () => {
    const responses = ['1', '0', '1', '1', '0', '1', '0', '0', '1', '1', '0', '1', '1', '0'];
    const history = responses.map((response, place) => row('new', (place * 5) % 24, response));
    const whole = await predict(model, history);
    expect(whole[0]).toBeNaN();
    for (const place of [1, 4, 7, 13]) {
      const [asked] = (await predict(model, [...history.slice(0, place), { ...history[place]!, response: '' }])).slice(-1);
      // Windows begin where there is room, so that a row may see more of its past alone than in the middle of one.
      if (place < windowLength) expect(asked).toBeCloseTo(whole[place]!, 5);
      else expect(asked).toBeGreaterThan(0);
    }
    const other = await predict(model, history.map((one, place) => (place === 4 ? { ...one, response: one.response === '1' ? '0' : '1' } : one)));
    expect(other.slice(1, 5)).toEqual(whole.slice(1, 5));
    expect(other[5]).not.toBe(whole[5]);
  });

  it('leaves rows without a response out of every history', async () => {
    const answered = [row('a', 1, '1'), row('a', 2, '0'), row('a', 3, '1')];
    const [, , third] = await predict(model, answered);
    const asked = await predict(model, [answered[0]!, row('a', 9, ''), answered[1]!, row('a', 3, ''), row('a', 17, ''), answered[2]!]);
    expect(asked[5]).toBeCloseTo(third!, 5);
    expect(asked[3]).toBeCloseTo(third!, 5);
  });
});

describe('predictResponses', () => {
  const asked = [row('a', 1, '1'), { student: 'a', item: 'fresh', response: '' }];

  it('encodes items that training never met from their text', async () => {
    const items = join(folder, 'fresh.csv');
    await writeFile(items, 'id,text\nfresh,half of 7\nother,root\n');
    const [, probability] = await predict('dkt', asked, { items });
    await writeFile(items, `id,text\nfresh,${words[1]} of 1\n`);
    const [, same] = await predict('dkt', asked, { items });
    expect(same).toBeCloseTo((await predict('dkt', [row('a', 1, '1'), row('a', 1, '')]))[1]!, 6);
    expect(probability).not.toBe(same);
  });

  it('refuses an item that nobody knows, an output that is there, and a format that is none; nothing is left', async () => {
    const input = await fileOf('asked.csv', asked);
    const output = join(folder, 'refused.csv');
    await expect(predictResponses(runOf('dkt'), { input, output })).rejects.toMatchObject({ code: 'DATA_MALFORMED', details: { file: input, line: 3, field: 'item' } });
    await expect(predictResponses(runOf('dkt'), { input, output: input })).rejects.toMatchObject({ code: 'OUTPUT_UNWRITABLE' });
    await expect(predictResponses(runOf('dkt'), { input, output: join(folder, 'a.xlsx') })).rejects.toMatchObject({ code: 'USAGE' });
    const stopped = new AbortController();
    const logger = { metrics: () => {}, message: () => {}, progress: (part: string) => part === 'encoding items' && stopped.abort() };
    const known = await fileOf('known.csv', asked.slice(0, 1));
    await expect(predictResponses(runOf('dkt'), { input: known, output, signal: stopped.signal, logger })).rejects.toMatchObject({ code: 'INTERRUPTED' });
    expect((await readdir(folder)).filter((name) => name.startsWith('refused') || name.startsWith('.'))).toEqual([]);
  });
});
