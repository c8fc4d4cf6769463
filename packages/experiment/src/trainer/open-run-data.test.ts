import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hash32 } from '@gramkit/data';
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

function openFor(model: { readonly batchLayout?: BatchLayout }, ...overrides: string[]): Promise<RunData> {
  return openOf(reader, model, ...overrides);
}

async function openOf(reader: DatasetReader, model: { readonly batchLayout?: BatchLayout }, ...overrides: string[]): Promise<RunData> {
  const document = parseConfiguration(fakeConfiguration, { source: 'run.yaml', baseDirectory: '/project', overrides: ['training.batchSize=2', 'data.windowLength=18', ...overrides] });
  const data = await openRunData({ reader, model }, await resolveConfiguration(document, fakePlugins));
  onTestFinished(() => data.close());
  return data;
}

async function collect<Made extends Batch>(batches: AsyncIterable<Made>): Promise<Made[]> {
  const all: Made[] = [];
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

const students = Array.from({ length: 60 }, (_, student) => student);
const drawn = (stream: number, share: number, among = students): number[] => among.filter((student) => hash32(1, stream, student) < Math.floor(share * 2 ** 32));

it('records a split by user: how much each part has, and a fingerprint', async () => {
  const { split, counts } = await openWith('data.split.test=0.2');
  const test = drawn(1, 0.2);
  const validation = drawn(7, 0.1, students.filter((student) => !test.includes(student)));
  expect(split).toMatchObject({ by: 'user', users: { train: 60 - test.length - validation.length, validation: validation.length, test: test.length }, testSource: 'hash' });
  const events = split['events'] as Record<string, number>;
  expect(events['train']! + events['validation']! + events['test']!).toBe(counts.interactions);
  expect(split['fingerprint']).not.toBe((await openWith('data.split.test=0.2', 'seed=2')).split['fingerprint']);
});

it('splits as the configuration says, and records it', async () => {
  const { split, counts } = await openWith('data.split.by=leave-one-out');
  const validation = drawn(7, 0.1).length;
  expect(split).toMatchObject({ by: 'leave-one-out', testSource: 'order', events: { train: counts.interactions - 60 - validation, validation, test: 60 } });
  expect((await openWith('data.split.by=unseen-items', 'data.split.test=0')).split).toMatchObject({ by: 'unseen-items', items: { train: 1, validation: 0, test: 0 } });
});

/** 30 readers of 2 to 9 books each, of 40; 4 more are read by nobody. */
const clicks = Array.from({ length: 30 }, (_, user) => Array.from({ length: 2 + (user % 8) }, (_, position) => ({ user: `u${user}`, item: `b${(7 * user + 3 * position) % 40}` }))).flat();

const clickReader: DatasetReader = {
  ...reader, name: 'clicks', task: 'recommendation',
  fingerprint: () => Promise.resolve('clicks-of-30-readers'),
  async *items() {
    yield Array.from({ length: 44 }, (_, item) => ({ id: `b${item}`, fields: { title: `title ${item}` } }));
  },
  async *interactions() {
    yield { userIds: clicks.map(({ user }) => user), itemIds: clicks.map(({ item }) => item), responses: new Uint8Array(clicks.length).fill(1) };
  },
};

it('makes impressions of clicks alone, with the lengths and numbers of the configuration', async () => {
  const data = await openOf(clickReader, {}, 'training.batchSize=8', 'training.lengthMultiple=1', 'data.split.by=leave-one-out', 'data.split.validation=0.3', 'data.historyLength=4', 'data.negatives=3', 'data.evaluationNegatives=9');
  expect(data.task).toBe('recommendation');
  expect(data.counts).toEqual({ items: 44, users: 30, interactions: clicks.length });
  expect(data.split).toMatchObject({ by: 'leave-one-out', historyLength: 4, negatives: 3, evaluationNegatives: 9, testUsers: 30 });
  const trained = await collect(data.trainBatches(0, 0));
  expect(trained).toHaveLength(data.stepsPerEpoch);
  expect(data.stepsPerEpoch).toBe(Math.floor((data.split['trainingSamples'] as number) / 8));
  expect(Math.max(...trained.map(({ references }) => references['history']!.shape[1]!))).toBe(4);
  expect(new Set(trained.map(({ references }) => references['candidates']!.shape[1]))).toEqual(new Set([4]));
  const tested = await collect(data.evaluationBatches('test'));
  expect(tested.flatMap(({ users }) => [...users]).sort((a, b) => a - b)).toEqual(Array.from({ length: 30 }, (_, user) => user));
  expect(new Set(tested.map(({ references }) => references['candidates']!.shape[1]))).toEqual(new Set([10]));
  expect(data.hasValidation).toBe(true);
  // Every item that training rows show as clicked is known.
  const seen = new Set(trained.flatMap(({ itemIds, references }) => [...references['history']!.data].filter((reference) => reference >= 0).map((reference) => itemIds[reference]!)));
  expect([...seen].every((item) => data.seenInTraining[item] === 1)).toBe(true);
  expect([...data.seenInTraining.subarray(40)]).toEqual([0, 0, 0, 0]);
});

it('makes batches of impressions where the data set knows what was shown', async () => {
  const shown = Array.from({ length: 24 }, (_, impression) => ({ user: `u${impression >> 2}`, candidates: Array.from({ length: 2 + (impression % 5) }, (_, column) => `b${(impression + 5 * column) % 40}`) }));
  const data = await openOf({
    ...clickReader, name: 'impressions', fingerprint: () => Promise.resolve('24-impressions'),
    async *interactions() {},
    async *impressions() {
      yield {
        userIds: shown.map(({ user }) => user), histories: shown.map(({ candidates }) => candidates.slice(1)), candidates: shown.map(({ candidates }) => candidates),
        clicks: shown.map(({ candidates }) => Uint8Array.from(candidates, (_, column) => (column === 1 ? 1 : 0))),
      };
    },
  }, {}, 'training.batchSize=4', 'training.lengthMultiple=1', 'data.split.by=leave-one-out', 'data.split.validation=0', 'data.negatives=2', 'data.historyLength=3');
  expect(data.split).toMatchObject({ historyLength: 3, negatives: 2, trainingSamples: 18, droppedClicks: 0, testImpressions: 6 });
  expect((await collect(data.trainBatches(0, 0))).map(({ references }) => references['candidates']!.shape)).toEqual(Array.from({ length: 4 }, () => [4, 3]));
  const [tested] = await collect(data.evaluationBatches('test'));
  expect(tested!.references['candidates']!.shape).toEqual([6, 6]);
  expect([...tested!.fields['labels']!.data].reduce((sum, label) => sum + label, 0)).toBe(6);
  expect([data.hasValidation, data.hasTest]).toEqual([false, true]);
});
