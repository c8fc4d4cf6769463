import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Batch, type BatchLayout, type DatasetReader, specificationVersion } from '@gramkit/spec';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { parseConfiguration } from '../configuration/document.js';
import { resolveConfiguration } from '../configuration/resolve-configuration.js';
import { fakeConfiguration, fakePlugins } from '../testing/fake-plugins.js';
import { openRunData } from './open-run-data.js';
import type { RunData } from './run-data.js';

let cache: string;

beforeAll(async () => {
  cache = await mkdtemp(join(tmpdir(), 'gramkit-run-data-'));
  process.env['GRAMKIT_CACHE'] = cache;
});
afterAll(() => rm(cache, { recursive: true, force: true }));

/** 60 students with 2 to 19 answers, by turns. */
const answers = Array.from({ length: 60 }, (_, student) => Array<string>(2 + ((student * 7) % 18)).fill(`s${student}`)).flat();

const reader: DatasetReader = {
  specificationVersion, kind: 'reader', name: 'lengths', task: 'knowledge-tracing',
  fingerprint: () => Promise.resolve('lengths-of-60-students'),
  async *items() {
    yield [{ id: 'a', fields: { text: 'a' } }];
  },
  async *interactions() {
    yield { userIds: answers, itemIds: answers.map(() => 'a'), responses: new Uint8Array(answers.length) };
  },
  dispose: () => undefined,
};

function openWith(...overrides: string[]): Promise<RunData> {
  return openFor({}, ...overrides);
}

async function openFor(model: { readonly batchLayout?: BatchLayout }, ...overrides: string[]): Promise<RunData> {
  const document = parseConfiguration(fakeConfiguration, { source: 'run.yaml', baseDirectory: '/project', overrides: ['training.batchSize=2', 'data.windowLength=18', ...overrides] });
  const data = await openRunData({ reader, model }, await resolveConfiguration(document, fakePlugins));
  onTestFinished(() => data.close());
  return data;
}

async function collect(batches: AsyncIterable<Batch>): Promise<Batch[]> {
  const all: Batch[] = [];
  for await (const batch of batches) all.push(batch);
  return all;
}

async function lengthsOf(batches: AsyncIterable<Batch>): Promise<{ readonly lengths: number[]; readonly positions: number }[]> {
  return (await collect(batches)).map(({ fields }) => ({ lengths: [...fields['lengths']!.data], positions: fields['responses']!.shape[1]! }));
}

it('draws batches from all windows, and puts those of like length together where it is told to', async () => {
  const pooled = await lengthsOf((await openWith('training.lengthPool=32')).trainBatches(0, 0));
  expect(pooled.every(({ lengths, positions }) => positions === Math.min(18, Math.ceil(Math.max(...lengths) / 4) * 4))).toBe(true);
  // All windows are one pool: a batch holds neighbours in length.
  const ascending = pooled.flatMap(({ lengths }) => lengths).sort((a, b) => a - b);
  expect(pooled.map(({ lengths }) => lengths).sort(([a, b], [c, d]) => a! - c! || b! - d!).flat()).toEqual(ascending);
  const plain = await lengthsOf((await openWith('training.lengthMultiple=1')).trainBatches(0, 0));
  expect(plain.every(({ lengths, positions }) => positions === Math.max(...lengths))).toBe(true);
  expect(plain.some(({ lengths }) => Math.max(...lengths) - Math.min(...lengths) > 9)).toBe(true);
});

it('evaluates batches of rounded lengths too', async () => {
  const [first] = await lengthsOf((await openWith('data.split.test=0.3', 'data.windowLength=6', 'training.lengthMultiple=5')).evaluationBatches('test'));
  expect(first!.positions).toBe(6);
  const [plain] = await lengthsOf((await openWith('data.split.test=0.3', 'data.windowLength=20', 'training.lengthMultiple=7')).evaluationBatches('test'));
  expect(plain!.positions % 7 === 0 || plain!.positions === 20).toBe(true);
  expect(plain!.positions).not.toBe(Math.max(...plain!.lengths));
});

it('lays windows out as the model reads them, in training and in evaluation', async () => {
  const overrides = ['training.batchSize=8', 'data.split.test=0.3'];
  const everyBatch = async (data: RunData): Promise<Batch[]> => [...await collect(data.trainBatches(0, 0)), ...await collect(data.evaluationBatches('test'))];
  const inWindows = await everyBatch(await openFor({}, ...overrides));
  const inRows = await everyBatch(await openFor({ batchLayout: 'rows' }, ...overrides));
  expect(await everyBatch(await openFor({ batchLayout: 'windows' }, ...overrides))).toEqual(inWindows);
  expect(inWindows.every(({ fields }) => fields['starts'] === undefined)).toBe(true);
  const windowsOf = ({ fields }: Batch): number => [...fields['starts']!.data].reduce((sum, start) => sum + start, 0);
  expect(inRows.map(windowsOf)).toEqual(inWindows.map(({ fields }) => fields['lengths']!.data.length));
  expect(inRows.some((batch) => windowsOf(batch) > batch.references['items']!.shape[0]!)).toBe(true);
});
