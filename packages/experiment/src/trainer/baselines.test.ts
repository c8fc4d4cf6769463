import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadEngine } from '@gramkit/engine-tensorflow';
import type { ItemContent } from '@gramkit/spec';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseConfiguration } from '../configuration/document.js';
import { resolveConfiguration } from '../configuration/resolve-configuration.js';
import type { ResolvedConfiguration } from '../configuration/resolved-configuration.js';
import { loadRun } from '../encoding/load-run.js';
import { evaluateRun } from '../evaluation/evaluate-run.js';
import { interruptAfter } from '../testing/interrupt-after.js';
import { lastTensorsOf, lossesOf } from '../testing/run-files.js';
import { trainRun } from './train-run.js';

let folder: string;

/** NoContent leaves the tokenizer of the configuration unused: its model folder does not even exist. */
const encoders = {
  id: ['encoder.use=id', 'encoder.dimension=6', 'tokenizer.model=absent'],
  bilstm: ['encoder.use=bilstm', 'encoder.hidden=4', 'encoder.wordDimension=5', 'encoder.dropout=0.2', 'tokenizer.use=words', 'tokenizer.maxLength=12'],
} as const;
type Encoder = keyof typeof encoders;
const names = Object.keys(encoders) as Encoder[];

/** A run of seconds: 26 students of the generator train, 7 steps an epoch. */
function configurationOf(encoder: Encoder, output: string, ...overrides: string[]): Promise<ResolvedConfiguration> {
  const text = `
seed: 3
data: { use: generated, users: 40, items: 32, interactionsPerUser: 10, split: { validation: 0.2 }, windowLength: 10 }
encoder: { use: bert }
model: { use: dkt, hidden: 8, layers: 1 }
strategy: { use: single-step }
training: { epochs: 2, batchSize: 4 }
engine: { threads: 1 }
output: ${output}
`;
  return resolveConfiguration(parseConfiguration(text, { source: 'run.yaml', baseDirectory: folder, overrides: [...encoders[encoder], ...overrides] }));
}

beforeAll(async () => {
  await loadEngine({ threads: 1 });
  folder = await mkdtemp(join(tmpdir(), 'gramkit-baselines-'));
  process.env['GRAMKIT_CACHE'] = join(folder, 'cache');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const tensorsOf = (output: string) => lastTensorsOf(join(folder, output));

async function derivedOf(output: string): Promise<Record<string, string[]>> {
  return JSON.parse(await readFile(join(folder, output, 'derived.json'), 'utf8')) as Record<string, string[]>;
}

describe.each(names)('a run of the encoder %s', (encoder) => {
  it.each(['frozen', 'end-to-end', 'single-step', 'multi-step:3', 'multi-step:1e'])('trains under %s to its end and frees every tensor', async (strategy) => {
    const [use, interval] = strategy.split(':');
    const before = tf.memory().numTensors;
    const report = await trainRun(await configurationOf(encoder, `${encoder}-${strategy.replace(':', '-')}`, `strategy.use=${use}`, ...(interval === undefined ? [] : [`strategy.interval=${interval}`])));
    expect(tf.memory().numTensors).toBe(before);
    expect(report).toMatchObject({ complete: true, stoppedBy: 'epochs' });
    expect(report.test!.auc).toBeGreaterThan(0);
  });

  it('goes the same way end-to-end and in single steps', async () => {
    const [endToEnd, singleStep] = [await lossesOf(join(folder, `${encoder}-end-to-end`)), await lossesOf(join(folder, `${encoder}-single-step`))];
    expect(endToEnd.length).toBeGreaterThan(10);
    expect(new Set(endToEnd).size).toBeGreaterThan(10);
    endToEnd.forEach((loss, step) => expect(Math.abs(loss - singleStep[step]!)).toBeLessThan(1e-5));
  });

  it('ends with the same weights bit for bit when it was interrupted and resumed', async () => {
    const { signal, logger } = interruptAfter(3);
    await expect(trainRun(await configurationOf(encoder, `${encoder}-resumed`), { signal, logger })).rejects.toMatchObject({ code: 'INTERRUPTED' });
    await trainRun(await configurationOf(encoder, `${encoder}-resumed`), { resume: true });
    expect(await tensorsOf(`${encoder}-resumed`)).toEqual(await tensorsOf(`${encoder}-single-step`));
    expect(await derivedOf(`${encoder}-resumed`)).toEqual(await derivedOf(`${encoder}-single-step`));
  });

  it('is evaluated as it was at its end, also from another folder', async () => {
    const report = await trainRun(await configurationOf(encoder, `${encoder}-moved`), { overwrite: true });
    await rename(join(folder, `${encoder}-moved`), join(folder, `${encoder}-elsewhere`));
    const { metrics } = await evaluateRun(join(folder, `${encoder}-elsewhere`));
    expect(metrics.auc).toBe(report.test!.auc);
  });

  it('does not make up what it derived from the items when that is lost', async () => {
    await rm(join(folder, `${encoder}-elsewhere`, 'derived.json'));
    await expect(evaluateRun(join(folder, `${encoder}-elsewhere`))).rejects.toMatchObject({ details: { file: join(folder, `${encoder}-elsewhere`, 'derived.json') } });
  });

  it('that begins anew derives anew, whatever run was in its folder', async () => {
    await writeFile(join(folder, `${encoder}-multi-step-3`, 'derived.json'), '{}');
    await trainRun(await configurationOf(encoder, `${encoder}-multi-step-3`, 'training.maximumSteps=1'), { overwrite: true });
    expect(await derivedOf(`${encoder}-multi-step-3`)).toEqual(await derivedOf(`${encoder}-single-step`));
  });
});

describe('a trained run', () => {
  const distance = (one: Float32Array, other: Float32Array) => Math.hypot(...one.map((value, index) => value - other[index]!));
  async function encodingsOf(output: string, items: readonly ItemContent[]): Promise<Float32Array[]> {
    const run = await loadRun(join(folder, output));
    const values = await run.encode(run.tokenizer.prepare(items), items.map((_, row) => row));
    const { dimension } = run;
    run.dispose();
    return items.map((_, row) => values.slice(row * dimension, (row + 1) * dimension));
  }

  it('of word vectors reads new items by the words of its training items', async () => {
    const { 'tokenizer-words.vocabulary': words } = await derivedOf('bilstm-single-step');
    const texts = [`${words![0]} ${words![1]}`, `${words![1]} ${words![0]}`, 'qwertzuiop', 'yxcvbnm'];
    const [one, turned, unknown, alsoUnknown] = await encodingsOf('bilstm-single-step', texts.map((text, row) => ({ id: `new ${row}`, fields: { text } })));
    expect(distance(one!, turned!)).toBeGreaterThan(1e-3);
    expect(distance(one!, unknown!)).toBeGreaterThan(1e-3);
    expect(distance(unknown!, alsoUnknown!)).toBeLessThan(1e-6);
  });

  it('of ids knows its items in any order, and gives new ones the mean vector', async () => {
    const { 'encoder-id.items': ids } = await derivedOf('id-single-step');
    const item = (id: string): ItemContent => ({ id, fields: {} });
    const [last, first, unseen] = await encodingsOf('id-single-step', [item(ids!.at(-1)!), item(ids![0]!), item('unseen')]);
    const all = await encodingsOf('id-single-step', ids!.map(item));
    expect(last).toEqual(all.at(-1));
    expect(first).toEqual(all[0]);
    const mean = unseen!.map((_, column) => all.reduce((sum, vector) => sum + vector[column]!, 0) / all.length);
    expect(distance(unseen!, mean)).toBeLessThan(1e-5);
  });
});

describe('a configuration', () => {
  it('of a pre-trained encoder with a tokenizer of words is refused', async () => {
    await expect(configurationOf('bilstm', 'refused', 'encoder={ use: bert }')).rejects.toMatchObject({ code: 'PLUGIN_MISMATCH', details: { field: 'tokenizer.use' } });
  });
});
