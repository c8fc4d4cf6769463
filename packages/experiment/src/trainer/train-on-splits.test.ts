import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hash32, hashStreams } from '@gramkit/data';
import { loadEngine } from '@gramkit/engine-tensorflow';
import type { Json } from '@gramkit/spec';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parseConfiguration } from '../configuration/document.js';
import { resolveConfiguration } from '../configuration/resolve-configuration.js';
import { evaluateRun } from '../evaluation/evaluate-run.js';
import { writeTinyBert } from '../testing/tiny-bert.js';
import { trainRun } from './train-run.js';

let folder: string;

const students = 30;
const answers = 12;
const itemCount = 20;
const itemAt = (student: number, position: number): number => (7 * student + 3 * position) % itemCount;
/** The items that the default seed tests on. */
const isTested = (item: number): boolean => hash32(1, hashStreams.testItems, item) < Math.floor(0.2 * 2 ** 32);

beforeAll(async () => {
  await loadEngine({ threads: 1 });
  folder = await mkdtemp(join(tmpdir(), 'gramkit-splits-'));
  // The engine is loaded: from here on the cache is for data sets alone.
  process.env['GRAMKIT_CACHE'] = join(folder, 'cache');
  await writeTinyBert(join(folder, 'bert'));
  const items = Array.from({ length: itemCount }, (_, item) => `q${item},question number ${item}`);
  await writeFile(join(folder, 'items.csv'), ['id,text', ...items, ''].join('\n'));
  const rows = Array.from({ length: students * answers }, (_, row) => {
    const [student, position] = [Math.floor(row / answers), row % answers];
    return `s${student},q${itemAt(student, position)},${(student + position * position) % 3 === 0 ? 1 : 0},${100 * position + student}`;
  });
  await writeFile(join(folder, 'log.csv'), ['user,item,response,time', ...rows, ''].join('\n'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const places = Array.from({ length: students * answers }, (_, row) => [Math.floor(row / answers), row % answers] as const);

it.each([
  // No two interactions share a time: a fifth of them is tested, and every one has a history.
  ['time', (students * answers) / 5],
  ['leave-one-out', students],
  // The first answer of a student is no prediction.
  ['unseen-items', places.filter(([student, position]) => position > 0 && isTested(itemAt(student, position))).length],
] as const)('trains and evaluates by %s: what is held out is predicted once', async (by, predictions) => {
  const text = `
data: { use: tabular, interactions: log.csv, items: items.csv, columns: { time: time }, split: { by: ${by}, validation: 0.3 }, windowLength: 6 }
tokenizer: { use: huggingface, model: bert, maxLength: 8 }
encoder: { use: bert, model: bert }
model: { use: dkt, hidden: 8, layers: 1 }
strategy: { use: frozen }
training: { epochs: 1, batchSize: 4 }
engine: { threads: 1 }
output: by-${by}
`;
  const report = await trainRun(await resolveConfiguration(parseConfiguration(text, { source: 'run.yaml', baseDirectory: folder })));
  const { split } = JSON.parse(await readFile(join(folder, `by-${by}`, 'run.json'), 'utf8')) as { split: Record<string, Json> };
  expect(split).toMatchObject({ by });
  if (by !== 'unseen-items') expect(split).toMatchObject({ events: { test: predictions } });
  expect(predictions).toBeGreaterThan(10);
  expect(report.test).toMatchObject({ predictions, ...(by === 'unseen-items' ? { coldStartPredictions: predictions } : {}) });
  expect((await evaluateRun(join(folder, `by-${by}`))).metrics).toMatchObject({ predictions });
});
