import { type Engine, tokens } from '@gramkit/spec';
import { describe, expect, it } from 'vitest';
import { parseConfiguration } from '../configuration/document.js';
import { resolveConfiguration } from '../configuration/resolve-configuration.js';
import { silentLogger } from '../run/run-log.js';
import { fakeConfiguration, fakePlugin, fakePlugins } from '../testing/fake-plugins.js';
import { resolveComponents, resolveEncoder, resolvePredicting } from './run-components.js';
import { createRunContainer, type RunContainer } from './run-container.js';

const engine: Engine = { name: 'none', device: 'none', precision: 'float32', describe: () => ({ name: 'none', device: 'none', threads: 1, instructionSets: [], precision: 'float32', versions: {} }) };

async function containerOf(replacements: ReturnType<typeof fakePlugin>[] = []): Promise<RunContainer> {
  const plugins = [...replacements, ...fakePlugins];
  const configuration = await resolveConfiguration(parseConfiguration(fakeConfiguration, { source: 'run.yaml', baseDirectory: '/project' }), plugins);
  return createRunContainer(configuration, { engine, logger: silentLogger, defaultModelDirectory: '/models' });
}

describe('createRunContainer', () => {
  it('creates no optimizer that the strategy has no use for', async () => {
    const run = await containerOf([fakePlugin('strategy', 'plain', {}, { options: fakePlugins[4]!.options, dependencies: { optimizer: tokens.sequenceModelOptimizer } })]);
    const { encoderOptimizer, modelOptimizer } = await resolveComponents(run);
    expect(encoderOptimizer).toBeUndefined();
    expect(modelOptimizer).toBe(await run.get(tokens.sequenceModelOptimizer));
  });

  it('creates every component once and gives each what it declares', async () => {
    const created: Record<string, unknown>[] = [];
    const weights = [{ name: 'w' }];
    const run = await containerOf([
      fakePlugin('encoder', 'plain', { dimension: 6, weights }),
      fakePlugin('optimizer', 'plain', {}, { created, dependencies: { weights: tokens.optimizedWeights, seed: tokens.seed, engine: tokens.engine, logger: tokens.logger } }),
      fakePlugin('model', 'plain', { task: 'knowledge-tracing', weights: [] }, { created, dependencies: { itemDimension: tokens.itemDimension, baseDirectory: tokens.baseDirectory, models: tokens.defaultModelDirectory } }),
    ].map((plugin) => ({ ...plugin, options: fakePlugins.find((fake) => fake.kind === plugin.kind)!.options, [Symbol.for('gramkit.plugin')]: true })));
    const components = await resolveComponents(run);
    await run.get(tokens.encoderOptimizer);
    await run.get(tokens.sequenceModelOptimizer);
    const [model, encoderOptimizer, modelOptimizer] = created;
    expect(created).toHaveLength(3);
    expect(model).toMatchObject({ options: { hidden: 8 }, itemDimension: 6, baseDirectory: '/project', models: '/models' });
    expect(encoderOptimizer).toMatchObject({ options: { learningRate: 1e-4 }, weights, engine, logger: silentLogger });
    expect(modelOptimizer).toMatchObject({ options: { learningRate: 1e-3 }, weights: [] });
    expect(encoderOptimizer!['seed']).not.toBe(modelOptimizer!['seed']);
    expect(await run.get(tokens.itemEncoder)).toBe(components.encoder);
  });

  it('creates nothing that is not asked for', async () => {
    const created: unknown[] = [];
    const run = await containerOf([fakePlugin('model', 'plain', {}, { created, options: fakePlugins[3]!.options })]);
    await resolveEncoder(run);
    expect(created).toEqual([]);
  });

  it('lets two tokens be rebound: a value, and what makes one from the rest', async () => {
    const run = await containerOf();
    const tokenizer = { kind: 'tokenizer', name: 'mine', vocabularySize: 3, dispose: () => undefined };
    run.rebind(tokens.tokenizer, tokenizer as never);
    run.rebind(tokens.itemEncoder, async (container) => ({ kind: 'encoder', name: 'over', dimension: 11, vocabularySize: (await container.get(tokens.tokenizer)).vocabularySize, weights: [], dispose: () => undefined }) as never);
    const encoding = await resolveEncoder(run);
    expect(encoding.tokenizer).toBe(tokenizer);
    expect(encoding.encoder.vocabularySize).toBe(3);
    expect(await run.get(tokens.itemDimension)).toBe(11);
  });

  it('takes the preprocessor of an encoder that brings one, and creates no tokenizer then', async () => {
    const created: unknown[] = [];
    const preprocessor = { kind: 'tokenizer', name: 'rows', vocabularySize: 3 };
    const run = await containerOf([fakePlugin('tokenizer', 'plain', {}, { created }), fakePlugin('encoder', 'plain', { dimension: 1, weights: [], preprocessor }, { options: fakePlugins[2]!.options })]);
    expect((await resolveEncoder(run)).tokenizer).toBe(preprocessor);
    expect(created).toEqual([]);
  });

  it('has no items to derive anything from until a session gives some', async () => {
    const run = await containerOf([fakePlugin('tokenizer', 'plain', {}, { dependencies: { catalogue: tokens.trainingCatalogue } })]);
    await expect(run.get(tokens.tokenizer)).rejects.toMatchObject({ code: 'PLUGIN_INVALID', message: expect.stringContaining('no run here') as string });
    const catalogue = { derive: () => Promise.resolve(0) };
    run.rebind(tokens.trainingCatalogue, catalogue as never);
    expect(await run.get(tokens.trainingCatalogue)).toBe(catalogue);
  });

  it('disposes what it created, the last first, once', async () => {
    const disposed: string[] = [];
    const disposing = (kind: 'encoder' | 'tokenizer', parts: object): ReturnType<typeof fakePlugin> => fakePlugin(kind, 'plain', { ...parts, dispose: () => disposed.push(kind) }, { options: fakePlugins.find((fake) => fake.kind === kind)!.options });
    const run = await containerOf([disposing('encoder', { dimension: 1, weights: [] }), disposing('tokenizer', { vocabularySize: 1 })]);
    await resolveEncoder(run);
    run.dispose();
    run.dispose();
    expect(disposed).toEqual(['tokenizer', 'encoder']);
  });

  it('refuses a tokenizer with more tokens than the encoder has vectors for, before a model is created', async () => {
    const created: unknown[] = [];
    const run = await containerOf([fakePlugin('tokenizer', 'plain', { vocabularySize: 11 }), fakePlugin('model', 'plain', {}, { created, options: fakePlugins[3]!.options })]);
    await expect(resolvePredicting(run)).rejects.toMatchObject({ code: 'PLUGIN_MISMATCH', message: expect.stringMatching(/11 tokens.*vectors for 10/) as string });
    expect(created).toEqual([]);
  });

  it('refuses a model whose component is for another task', async () => {
    const run = await containerOf([fakePlugin('model', 'plain', { task: 'recommendation', weights: [] }, { options: fakePlugins[3]!.options })]);
    await expect(resolvePredicting(run)).rejects.toMatchObject({ code: 'PLUGIN_MISMATCH', message: expect.stringMatching(/for recommendation.*for knowledge-tracing/) as string });
  });

  it('refuses dependencies that no run provides, circles, and weights for what optimizes nothing', async () => {
    await expect(containerOf([fakePlugin('tokenizer', 'plain', {}, { dependencies: { clock: { key: Symbol.for('gramkit.clock'), description: 'a clock' } } })])).rejects.toThrow(/asks for 'clock' \(a clock\)/);
    await expect(containerOf([fakePlugin('tokenizer', 'plain', {}, { dependencies: { encoder: tokens.itemEncoder } }), fakePlugin('encoder', 'plain', {}, { dependencies: { tokenizer: tokens.tokenizer }, options: fakePlugins[2]!.options })])).rejects.toThrow(/tokenizer -> encoder -> tokenizer/);
    await expect(containerOf([fakePlugin('tokenizer', 'plain', {}, { dependencies: { weights: tokens.optimizedWeights } })])).rejects.toThrow(/only an optimizer/);
  });

  it('refuses what create gives back if it is no component of the kind', async () => {
    const run = await containerOf([fakePlugin('tokenizer', 'plain', { kind: 'encoder' })]);
    await expect(run.get(tokens.tokenizer)).rejects.toMatchObject({ code: 'PLUGIN_INVALID' });
  });
});
