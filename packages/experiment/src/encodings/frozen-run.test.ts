import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadEngine } from '@gramkit/engine-tensorflow';
import type { RunLogger } from '@gramkit/spec';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parseConfiguration } from '../configuration/document.js';
import { resolveConfiguration } from '../configuration/resolve-configuration.js';
import { silentLogger } from '../run/run-log.js';
import { writeTinyBert } from '../testing/tiny-bert.js';
import { trainRun } from '../trainer/train-run.js';

let folder: string;
beforeAll(async () => {
  await loadEngine({ threads: 1 });
  folder = await mkdtemp(join(tmpdir(), 'gramkit-frozen-'));
  // The engine is loaded: from here on the cache is for data sets and encodings alone.
  process.env['GRAMKIT_CACHE'] = join(folder, 'cache');
  await writeTinyBert(join(folder, 'bert'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function train(output: string, ...overrides: string[]) {
  const text = `
seed: 3
data: { use: generated, users: 40, items: 32, interactionsPerUser: 10, split: { validation: 0.2 }, windowLength: 10 }
tokenizer: { use: huggingface, model: bert, maxLength: 24 }
encoder: { use: bert, model: bert }
model: { use: dkt, hidden: 8, layers: 1 }
strategy: { use: frozen }
optimizers: { model: { use: adamw, clipNorm: 0.5, schedule: { kind: cosine, warmUpSteps: 2 } } }
training: { epochs: 2, batchSize: 4 }
engine: { threads: 1 }
output: ${output}
`;
  const warnings: string[] = [];
  const logger: RunLogger = { ...silentLogger, message: (level, message) => void (level === 'warning' && warnings.push(message)) };
  const report = await trainRun(await resolveConfiguration(parseConfiguration(text, { source: 'run.yaml', baseDirectory: folder, overrides })), { logger });
  const lines = (await readFile(join(folder, output, 'metrics.jsonl'), 'utf8')).trim().split('\n').map((line) => JSON.parse(line) as Record<string, number>);
  return { report, warnings, steps: lines.filter(({ kind }) => (kind as unknown) === 'step') };
}

it('encodes a catalogue in one run and nothing in the next, which learns the same; a damaged file is made anew', async () => {
  const without = await train('without', 'strategy.diskCache=0');
  const encodings = join(folder, 'cache', 'encodings');
  const [first, second] = [await train('first'), await train('second')];
  const [file, ...others] = await readdir(encodings);
  expect(others).toEqual([]);
  await writeFile(join(encodings, file!), 'damaged');
  const third = await train('third');
  expect([without, first, second, third].map(({ report }) => [report.encoderItemsForward, report.encoderTokensForward > 0])).toEqual([[32, true], [32, true], [0, false], [32, true]]);
  for (const { report, steps } of [first, second, third]) {
    expect(report.test).toEqual(without.report.test);
    expect(steps.map(({ loss }) => loss)).toEqual(without.steps.map(({ loss }) => loss));
  }
  expect([first, second, third].map(({ warnings }) => warnings.length)).toEqual([0, 0, 1]);
});

it('tells the learning rate and the norm of the gradients of every step', async () => {
  const { steps, report } = await train('told');
  const total = 2 * report.stepsPerEpoch;
  expect(steps).toHaveLength(total);
  steps.forEach((step, index) => {
    const done = (index + 1 - 2) / (total + 1 - 2);
    const share = index === 0 ? 0.5 : (1 + Math.cos(Math.PI * done)) / 2;
    expect(step['model.learningRate']).toBeCloseTo(1e-3 * share, 12);
    expect(step['model.gradientNorm']).toBeGreaterThan(0);
    expect(Object.keys(step).filter((key) => key.startsWith('encoder.'))).toEqual([]);
  });
});
