import { definePlugin, formatError, GramkitError, type Plugin, type Task } from '@gramkit/spec';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { fakeConfiguration, fakePlugin, fakePlugins } from '../testing/fake-plugins.js';
import { parseConfiguration } from './document.js';
import { resolveConfiguration } from './resolve-configuration.js';
import { formatConfiguration, type ResolvedConfiguration, writtenForm } from './resolved-configuration.js';

function resolveText(text: string, overrides: string[] = []): Promise<ResolvedConfiguration> {
  return resolveConfiguration(parseConfiguration(text, { source: 'run.yaml', baseDirectory: '/project', overrides }), fakePlugins);
}

async function errorOf(text: string, overrides: string[] = []): Promise<GramkitError> {
  const error: unknown = await resolveText(text, overrides).then(() => undefined, (caught: unknown) => caught);
  expect(error).toBeInstanceOf(GramkitError);
  return error as GramkitError;
}

describe('resolveConfiguration', () => {
  it('fills in every default, of the configuration, of the places and of the plugins', async () => {
    const resolved = await resolveText(fakeConfiguration);
    expect(writtenForm(resolved)).toEqual({
      seed: 1,
      baseDirectory: '/project',
      data: { use: 'plain', path: 'data', split: { by: 'user', validation: 0.1 }, windowLength: 100, historyLength: 50, negatives: 4, evaluationNegatives: 20 },
      tokenizer: { use: 'plain' },
      encoder: { use: 'plain', pooling: 'mean' },
      model: { use: 'plain', hidden: 8 },
      strategy: { use: 'plain', interval: '1e' },
      optimizers: { encoder: { use: 'plain', learningRate: 1e-4 }, model: { use: 'plain', learningRate: 1e-3 } },
      training: { epochs: 5, batchSize: 32, lengthPool: 1, lengthMultiple: 4, evaluateEvery: 1, checkpointEvery: '1e', keepCheckpoints: 2, watch: 'auc' },
      engine: { compile: 'graph', precision: 'float32' },
      output: '/project/runs/run',
    });
    expect(resolved.components.strategy.options).toEqual({ interval: { epochs: 1 } });
  });

  it('gives the same run when what it wrote is read again', async () => {
    const resolved = await resolveText(`${fakeConfiguration}\nseed: 7\noutput: ../elsewhere\ntraining: { epochs: 3, patience: 2 }`);
    const again = await resolveConfiguration(parseConfiguration(formatConfiguration(resolved), { source: '/another/place/config.yaml', baseDirectory: '/another/place' }), fakePlugins);
    expect(writtenForm(again)).toEqual(writtenForm(resolved));
    expect(again.output).toBe('/elsewhere');
    expect(again.components.strategy.options).toEqual(resolved.components.strategy.options);
  });

  it('reports every problem at once, each with its line, and the nearest known key', async () => {
    const error = await errorOf(`data: { use: plain, pth: x }
encoder:
  use: plain
  pooling: max
model: { use: plain, hiden: 3 }
strategy:
  use: plain
  interval: soon
tokenizer: { use: plain }
optimizers: { encoder: { use: plain, learningRate: -1 }, model: { use: plain } }
training: { epoch: 4 }
seed: one
`);
    expect(error.code).toBe('CONFIGURATION_INVALID');
    const lines = error.message.split('\n');
    expect(lines[0]).toBe('7 problems in the configuration:');
    expect(error.message).toContain("run.yaml:1: data.pth: unknown key. Did you mean 'path'?");
    expect(error.message).toMatch(/run\.yaml:4: encoder\.pooling: .*"mean"\|"cls"/);
    expect(error.message).toContain("run.yaml:5: model.hiden: unknown key. Did you mean 'hidden'?");
    expect(error.message).toMatch(/run\.yaml:8: strategy\.interval: /);
    expect(error.message).toMatch(/run\.yaml:10: optimizers\.encoder\.learningRate: expected number to be >0/);
    expect(error.message).toContain("run.yaml:11: training.epoch: unknown key. Did you mean 'epochs'?");
    expect(error.message).toMatch(/run\.yaml:12: seed: expected number/);
    expect(lines).toHaveLength(8);
  });

  it('names one problem with its file, line and field', async () => {
    const error = await errorOf(fakeConfiguration.replace('model: { use: plain }', 'model: { use: plain, hidden: 0 }'));
    expect(error.details).toMatchObject({ file: 'run.yaml', line: 5, field: 'model.hidden' });
    expect(formatError(error)).toMatch(/^run\.yaml:5: expected number to be >=1 \(field 'model\.hidden'\)/);
  });

  it('says what is missing', async () => {
    const error = await errorOf('encoder: { use: plain }\nmodel: { use: plain }\ntokenizer: { use: plain }\nstrategy: {}\n');
    expect(error.message).toContain('data: missing');
    expect(error.message).toMatch(/run\.yaml:4: strategy\.use: missing/);
  });

  it('refuses a share that leaves nobody to train on', async () => {
    const error = await errorOf(fakeConfiguration.replace('data: { use: plain }', 'data: { use: plain, split: { test: 1 } }'));
    expect(error.details.field).toBe('data.split.test');
    expect(error.message).toMatch(/<1/);
    expect((await errorOf(fakeConfiguration.replace('data: { use: plain }', 'data: { use: plain, split: { test: mine } }'))).message).toMatch(/expected number.*, or expected "dataset"/);
  });

  it.each([
    ['leave-one-out', '0.2', /leave-one-out tests the last interaction of every user/],
    ['time', 'dataset', /split by user alone.*not by time/],
  ])('refuses a share that a split by %s cannot have', async (by, test, message) => {
    const error = await errorOf(fakeConfiguration.replace('data: { use: plain }', `data: { use: plain, split: { by: ${by}, test: ${test} } }`));
    expect(error.details).toMatchObject({ field: 'data.split.test', line: 2 });
    expect(error.message).toMatch(message);
  });

  it('keeps the code of a plugin error that stands alone, with its line', async () => {
    const error = await errorOf(fakeConfiguration.replace('strategy: { use: plain }', 'strategy: { use: plian }'));
    expect(error.code).toBe('PLUGIN_NOT_FOUND');
    expect(error.details).toMatchObject({ file: 'run.yaml', line: 6, field: 'strategy.use', fix: "Did you mean 'plain'?" });
  });

  it('refuses a tokenizer of words with an encoder of pieces before anything is created, and lets either go with an encoder that says nothing', async () => {
    const created: unknown[] = [];
    const unit = (kind: 'tokenizer' | 'encoder', tokenUnit?: 'word' | 'piece') => definePlugin({ ...fakePlugin(kind, 'plain', {}, { created }), ...(tokenUnit && { tokenUnit }) } as never) as unknown as ReturnType<typeof fakePlugin>;
    const document = parseConfiguration(fakeConfiguration, { source: 'run.yaml', baseDirectory: '/project' });
    const others = fakePlugins.filter(({ kind }) => kind !== 'tokenizer' && kind !== 'encoder');
    await expect(resolveConfiguration(document, [unit('tokenizer', 'word'), unit('encoder', 'piece'), ...others])).rejects.toMatchObject({ code: 'PLUGIN_MISMATCH', message: expect.stringMatching(/ids of words.*vectors of pieces/) as string, details: { line: 3, field: 'tokenizer.use' } });
    await resolveConfiguration(document, [unit('tokenizer', 'word'), unit('encoder'), ...others]);
    await resolveConfiguration(document, [unit('tokenizer', 'piece'), unit('encoder', 'piece'), ...others]);
    expect(created).toEqual([]);
  });

  it('refuses a reader whose option has the name of a key of ours', async () => {
    const reader = fakePlugin('reader', 'plain', {}, { options: z.strictObject({ windowLength: z.int().default(5) }) });
    const document = parseConfiguration(fakeConfiguration, { source: 'run.yaml', baseDirectory: '/project' });
    await expect(resolveConfiguration(document, [reader, ...fakePlugins.filter(({ kind }) => kind !== 'reader')])).rejects.toMatchObject({ code: 'PLUGIN_INVALID', message: expect.stringMatching(/'plain' has an option 'windowLength'/) as string });
  });

  it('refuses a model for another task than the data set before anything is created', async () => {
    const created: unknown[] = [];
    const recommender = fakePlugin('model', 'recommender', {}, { task: 'recommendation', created });
    const document = parseConfiguration(fakeConfiguration.replace('model: { use: plain }', 'model: { use: recommender }'), { source: 'run.yaml', baseDirectory: '/project' });
    await expect(resolveConfiguration(document, [...fakePlugins, recommender])).rejects.toMatchObject({ code: 'PLUGIN_MISMATCH', details: { line: 5 } });
    expect(created).toEqual([]);
  });

  it('asks a reader of several tasks which one its options choose', async () => {
    const chooses = fakePlugin('reader', 'chooses', {}, { options: z.strictObject({ task: z.enum(['knowledge-tracing', 'recommendation']).default('knowledge-tracing') }) });
    const reader: Plugin = { ...chooses, taskOf: ({ task }) => task as Task };
    const resolveAs = (task: string) => resolveConfiguration(parseConfiguration(fakeConfiguration.replace('data: { use: plain }', `data: { use: chooses, task: ${task} }`), { source: 'run.yaml', baseDirectory: '/project' }), [reader, ...fakePlugins]);
    await expect(resolveAs('recommendation')).rejects.toMatchObject({ code: 'PLUGIN_MISMATCH', message: expect.stringContaining("the data set 'chooses' for recommendation") as string });
    expect((await resolveAs('knowledge-tracing')).components.data.plugin).toBe(reader);
  });

  it('refuses an optimizer that must know its end beside a strategy that cannot tell it, before anything is created', async () => {
    const text = fakeConfiguration.replace('encoder: { use: plain }, model', 'encoder: { use: adam, schedule: { kind: cosine } }, model').replace('strategy: { use: plain }', 'strategy: { use: multi-step }');
    const error = await errorOf(text);
    expect(error).toMatchObject({ code: 'CONFIGURATION_INVALID', details: { line: 7, field: 'optimizers.encoder.schedule.totalSteps' } });
    expect(error.message).toMatch(/'adam' must know .* 'multi-step' cannot tell/);
    await resolveText(text.replace('kind: cosine', 'kind: cosine, totalSteps: 90'));
    await resolveText(text.replace('kind: cosine', 'kind: constant'));
    await resolveText(text.replace('multi-step', 'single-step'));
    await resolveText(text.replace('encoder: { use: adam, schedule', 'encoder: { use: plain }, model: { use: adam, schedule').replace('} }, model: { use: plain } }', '} } }'));
  });

  it("refuses to watch a metric of another task than the model's", async () => {
    const error = await errorOf(`${fakeConfiguration}training: { watch: ndcgAt10 }`);
    expect(error).toMatchObject({ code: 'CONFIGURATION_INVALID', details: { line: 8, field: 'training.watch' } });
    expect(error.message).toContain("'ndcgAt10' is no metric of knowledge-tracing");
    expect((await resolveText(`${fakeConfiguration}training: { watch: coldStartAuc }`)).training.watch).toBe('coldStartAuc');
  });
});

describe('--set', () => {
  it('types values as YAML and makes what is in between', async () => {
    const resolved = await resolveText(fakeConfiguration, ['training.epochs=2', 'strategy.interval=10', 'data.split.test=0.5', 'output=/tmp/x', 'encoder.pooling=cls']);
    expect(resolved.training.epochs).toBe(2);
    expect(resolved.components.strategy.options).toEqual({ interval: 10 });
    expect(resolved.split).toEqual({ by: 'user', test: 0.5, validation: 0.1 });
    expect(resolved.output).toBe('/tmp/x');
    expect(resolved.components.encoder.written).toEqual({ pooling: 'cls' });
  });

  it('is named as the place of its problems', async () => {
    const error = await errorOf(fakeConfiguration, ['training.epochs=none']);
    expect(error.details).toMatchObject({ file: '--set training.epochs=none', field: 'training.epochs' });
  });

  it.each(['training.epochs', '=3', 'a..b=1'])('refuses %s', async (override) => {
    expect(() => parseConfiguration(fakeConfiguration, { source: 'run.yaml', baseDirectory: '/project', overrides: [override] })).toThrow(/is no override/);
  });
});

describe('parseConfiguration', () => {
  it('names the line where a text is no YAML', () => {
    const parse = (): unknown => parseConfiguration('data:\n  use: plain\n bad: [', { source: 'run.yaml', baseDirectory: '/' });
    expect(parse).toThrowError(expect.objectContaining({ code: 'CONFIGURATION_UNREADABLE', details: expect.objectContaining({ file: 'run.yaml', line: 3 }) }));
  });
});
