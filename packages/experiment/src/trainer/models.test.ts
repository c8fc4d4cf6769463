import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadEngine } from '@gramkit/engine-tensorflow';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseConfiguration } from '../configuration/document.js';
import { resolveConfiguration } from '../configuration/resolve-configuration.js';
import type { ResolvedConfiguration } from '../configuration/resolved-configuration.js';
import { evaluateRun } from '../evaluation/evaluate-run.js';
import type { RunReport } from '../report/run-report.js';
import { interruptAfter } from '../testing/interrupt-after.js';
import { lastTensorsOf, linesOf, lossesOf } from '../testing/run-files.js';
import { writeTinyBert } from '../testing/tiny-bert.js';
import { trainRun } from './train-run.js';

/** Of either task; some ten steps an epoch, dropout in both networks. */
const models = {
  sakt: `
data: { use: generated, users: 40, items: 32, interactionsPerUser: 10, split: { validation: 0.2 }, windowLength: 7 }
tokenizer: { use: huggingface, model: bert, maxLength: 24 }
model: { use: sakt, heads: 2, dropout: 0.1 }`,
  nrms: `
data: { use: generated-news, users: 12, items: 36, impressionsPerUser: 5, candidates: 6, earlierClicks: 4, historyLength: 6, split: { validation: 0.2 } }
tokenizer: { use: huggingface, model: bert, maxLength: 24, fields: [title] }
model: { use: nrms, heads: 2, attentionDimension: 4, dropout: 0.1 }`,
} as const;
type Model = keyof typeof models;

const strategies = {
  'end-to-end': 'use: end-to-end',
  'single-step': 'use: single-step',
  'multi-step:3': 'use: multi-step, interval: 3, warmUpEpochs: 0',
  'multi-step:1e': 'use: multi-step, interval: 1e, warmUpEpochs: 1',
  frozen: 'use: frozen, diskCache: 0',
  'speedy-feed': 'use: speedy-feed, ageLimit: 3, lookupGrowth: 1',
} as const;
type Strategy = keyof typeof strategies;
const strategyNames = Object.keys(strategies) as Strategy[];

let folder: string;
beforeAll(async () => {
  await loadEngine({ threads: 1 });
  folder = await mkdtemp(join(tmpdir(), 'gramkit-models-'));
  // The engine is loaded: from here on the cache is for data sets alone.
  process.env['GRAMKIT_CACHE'] = join(folder, 'cache');
  await writeTinyBert(join(folder, 'bert'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Adam's epsilon is far above rounding: it must not turn the noise of a gradient that is zero, such as that of a key's bias, into whole steps. */
function configurationOf(model: Model, strategy: Strategy, output: string, ...overrides: string[]): Promise<ResolvedConfiguration> {
  const text = `
seed: 3
encoder: { use: bert, model: bert, dropout: 0.1 }
strategy: { ${strategies[strategy]} }
optimizers: { encoder: { learningRate: 0.001, epsilon: 0.001 }, model: { learningRate: 0.01, epsilon: 0.001 } }
training: { epochs: 2, batchSize: 5 }
engine: { threads: 1 }
output: ${output}
${models[model]}
`;
  return resolveConfiguration(parseConfiguration(text, { source: 'run.yaml', baseDirectory: folder, overrides }));
}

const directoryOf = (model: Model, name: string): string => join(folder, `${model}-${name.replace(':', '-')}`);

function largestDifference(one: readonly number[], other: readonly number[]): number {
  expect(other).toHaveLength(one.length);
  return one.reduce((most, value, index) => Math.max(most, Math.abs(value - other[index]!)), 0);
}

/** The largest difference of a weight between two runs. */
async function weightDifference(one: string, other: string): Promise<number> {
  const [first, second] = [await lastTensorsOf(one), await lastTensorsOf(other)];
  const differences = ['encoder.safetensors', 'model.safetensors'].flatMap((part) => {
    expect(Object.keys(second[part]!)).toEqual(Object.keys(first[part]!));
    return Object.entries(first[part]!).map(([name, { data }]) => largestDifference(Array.from(data), Array.from(second[part]![name]!.data)));
  });
  expect(differences.length).toBeGreaterThan(10);
  return Math.max(...differences);
}

async function expectSameLosses(one: string, other: string): Promise<void> {
  const [first, second] = [await lossesOf(one), await lossesOf(other)];
  expect(new Set(first).size).toBeGreaterThan(10);
  expect(largestDifference(first, second)).toBeLessThan(1e-5);
}

describe.each(Object.keys(models) as Model[])('a run of %s', (model) => {
  const reports = new Map<Strategy, RunReport>();
  const train = async (strategy: Strategy, name: string, ...overrides: string[]) => trainRun(await configurationOf(model, strategy, directoryOf(model, name), ...overrides));

  it.each(strategyNames)('trains under %s to its end, frees every tensor, and is evaluated as it was at its end', async (strategy) => {
    const before = tf.memory().numTensors;
    const report = await train(strategy, strategy);
    reports.set(strategy, report);
    expect(report).toMatchObject({ complete: true, stoppedBy: 'epochs', steps: 2 * report.stepsPerEpoch });
    expect(report.stepsPerEpoch).toBeGreaterThan(5);
    expect(report.encoderItemsBackward > 0).toBe(strategy !== 'frozen');
    const evaluation = await evaluateRun(directoryOf(model, strategy));
    expect(evaluation.metrics).toEqual(report.test);
    expect(evaluation.intervals).toEqual(report.testIntervals);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('goes the same way end-to-end and in single steps, which encode fewer items', async () => {
    const [endToEnd, singleStep] = [directoryOf(model, 'end-to-end'), directoryOf(model, 'single-step')];
    await expectSameLosses(endToEnd, singleStep);
    expect(await weightDifference(endToEnd, singleStep)).toBeLessThan(1e-5);
    expect(await weightDifference(directoryOf(model, 'frozen'), singleStep)).toBeGreaterThan(1e-3);
    expect(reports.get('single-step')!.encoderItemsForward).toBeLessThan(reports.get('end-to-end')!.encoderItemsForward * 0.8);
  });

  it('moves rows by the rate that its task calls for', async () => {
    const windows = (await linesOf(directoryOf(model, 'multi-step:3'))).filter(({ kind }) => kind === 'window');
    expect(windows.length).toBeGreaterThan(3);
    for (const { rowRate, displacementOverSpread } of windows) {
      if (model === 'nrms') expect(rowRate).toBe(1);
      else expect(rowRate).toBeGreaterThan(10);
      expect(displacementOverSpread).toBeGreaterThan(0);
    }
  });

  // End-to-end computes what single-step does, frozen what multi-step does while it warms up.
  it.each(['single-step', 'multi-step:1e', 'speedy-feed'] as const)('learns the same under %s operation by operation as compiled', async (strategy) => {
    const name = `${strategy}-off`;
    const report = await train(strategy, name, 'engine.compile=off');
    expect(report.compiled).toEqual([]);
    expect(reports.get(strategy)!.compiled.some(({ name: compiled }) => compiled.startsWith(model))).toBe(true);
    await expectSameLosses(directoryOf(model, strategy), directoryOf(model, name));
    expect(await weightDifference(directoryOf(model, strategy), directoryOf(model, name))).toBeLessThan(1e-5);
  });

  it.each(strategyNames)('goes on under %s from an interrupt as if there had been none, bit for bit', async (strategy) => {
    const directory = directoryOf(model, `${strategy}-resumed`);
    const configuration = await configurationOf(model, strategy, directory);
    const [early, late] = [2, reports.get(strategy)!.stepsPerEpoch + 2];
    await expect(trainRun(configuration, interruptAfter(early))).rejects.toMatchObject({ code: 'INTERRUPTED' });
    await expect(trainRun(configuration, { ...interruptAfter(late), resume: true })).rejects.toMatchObject({ code: 'INTERRUPTED' });
    expect((await linesOf(directory)).at(-1)).toMatchObject({ kind: 'step', step: late });
    const report = await trainRun(configuration, { resume: true });
    expect(await lastTensorsOf(directory)).toEqual(await lastTensorsOf(directoryOf(model, strategy)));
    expect(await lossesOf(directory)).toEqual(await lossesOf(directoryOf(model, strategy)));
    expect(report.test).toEqual(reports.get(strategy)!.test);
  });
});
