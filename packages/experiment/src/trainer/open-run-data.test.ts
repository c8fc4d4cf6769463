import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Batch, type DatasetReader, specificationVersion } from '@gramkit/spec';
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

async function openWith(...overrides: string[]): Promise<RunData> {
  const document = parseConfiguration(fakeConfiguration, { source: 'run.yaml', baseDirectory: '/project', overrides: ['training.batchSize=2', 'data.windowLength=18', ...overrides] });
  const data = await openRunData(reader, await resolveConfiguration(document, fakePlugins));
  onTestFinished(() => data.close());
  return data;
}

async function lengthsOf(batches: AsyncIterable<Batch>): Promise<{ readonly lengths: number[]; readonly positions: number }[]> {
  const all = [];
  for await (const { fields } of batches) all.push({ lengths: [...fields['lengths']!.data], positions: fields['responses']!.shape[1]! });
  return all;
}

it('puts windows of like length together and rounds the positions of a batch, unless told otherwise', async () => {
  const pooled = await lengthsOf((await openWith()).trainBatches(0, 0));
  expect(pooled.every(({ lengths, positions }) => positions === Math.min(18, Math.ceil(Math.max(...lengths) / 4) * 4))).toBe(true);
  // All windows are one pool: a batch holds neighbours in length.
  const ascending = pooled.flatMap(({ lengths }) => lengths).sort((a, b) => a - b);
  expect(pooled.map(({ lengths }) => lengths).sort(([a, b], [c, d]) => a! - c! || b! - d!).flat()).toEqual(ascending);
  const plain = await lengthsOf((await openWith('training.lengthPool=1', 'training.lengthMultiple=1')).trainBatches(0, 0));
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
