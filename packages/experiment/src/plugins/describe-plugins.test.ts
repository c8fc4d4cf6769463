import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { declares, PluginProject, pluginSource } from '../testing/plugin-project.js';
import { describePlugins } from './describe-plugins.js';

let project: PluginProject;

beforeAll(async () => {
  project = await PluginProject.create();
  await project.writeModule('mine.js', pluginSource('model', 'mine', { more: "task: 'recommendation', dependencies: { seed: { key: Symbol.for('gramkit.seed'), description: 'the seed' } }," }));
  await project.writePackage('gramkit-encoder-twin', { files: { 'index.js': pluginSource('encoder', 'twin') } });
  await project.writePackage('gramkit-model-twin', { files: { 'index.js': pluginSource('model', 'twin') } });
  await project.writePackage('gramkit-model-other', { files: { 'index.js': pluginSource('model', 'other') } });
  await project.writePackage('gramkit-model-future', { fields: declares({ kind: 'model', name: 'future', specificationVersion: 2 }), files: { 'index.js': '' } });
  await project.writePackage('gramkit-model-broken', { files: { 'index.js': "throw new Error('not today');" } });
  // A package of the same name as a built-in, which is not meant.
  await project.writePackage('words', { files: { 'index.js': pluginSource('model', 'words') } });
  const fields = { exports: { './a': './a.js', './b': './b.js' }, ...declares({ kind: 'encoder', name: 'a', export: './a' }, { kind: 'encoder', name: 'b', export: './b' }) };
  await project.writePackage('a-collection', { fields, files: { 'a.js': pluginSource('encoder', 'a'), 'b.js': pluginSource('encoder', 'b') } });
});
afterEach(() => project.forgetExecuted());
afterAll(() => project.remove());

const describeAll = (use: string, kind?: 'encoder' | 'model') => describePlugins(use, { projectDirectory: project.folder }, kind);
const namesOf = async (use: string, kind?: 'encoder' | 'model') => (await describeAll(use, kind)).map((plugin) => `${plugin.kind} ${plugin.use}`);

describe('describePlugins', () => {
  it('tells options, dependencies and task of what it loaded', async () => {
    expect(await describeAll('./mine.js')).toEqual([{
      kind: 'model', name: 'mine', use: './mine.js', source: 'path', file: project.path('mine.js'), specificationVersion: 1, description: 'A mine of a project.', task: 'recommendation',
      options: [{ key: 'width', type: 'integer (>= 1)', required: false, default: 4, description: 'how wide it is' }],
      dependencies: [{ name: 'seed', description: 'the seed' }],
    }]);
  });

  it('tells the package of a built-in and of an installed one', async () => {
    expect(await describeAll('dkt')).toMatchObject([{ kind: 'model', source: 'built-in', packageName: '@gramkit/model-dkt', packageVersion: expect.any(String) as string, task: 'knowledge-tracing' }]);
    expect(await describeAll('other')).toMatchObject([{ source: 'package', packageName: 'gramkit-model-other', packageVersion: '1.2.3', file: expect.stringMatching(/index\.js$/) as string }]);
  });

  it('loads what is named, in every kind that it means, and nothing else', async () => {
    expect(await namesOf('twin')).toEqual(['encoder twin', 'model twin']);
    expect(await namesOf('twin', 'model')).toEqual(['model twin']);
    expect(await namesOf('words')).toEqual(['tokenizer words']);
    expect(await namesOf('a-collection')).toEqual(['encoder a-collection/a', 'encoder a-collection/b']);
    expect((await project.executed()).filter((path) => /other|node_modules\/words|broken/.test(path))).toEqual([]);
  });

  it.each([
    ['nothing-of-this-name', 'PLUGIN_NOT_FOUND', /of any kind/],
    ['./absent.js', 'PLUGIN_NOT_FOUND', /there is no file .*absent\.js/],
    ['future', 'PLUGIN_VERSION', /version 2.*version 1/],
    ['broken', 'PLUGIN_INVALID', /not today/],
    ['gramkit-model-broken', 'PLUGIN_INVALID', /not today/],
  ])('%s is refused: %s', async (use, code, message) => {
    await expect(describeAll(use)).rejects.toMatchObject({ code, message: expect.stringMatching(message) as string });
  });

  it('a kind that is asked for must be it', async () => {
    await expect(describeAll('./mine.js', 'encoder')).rejects.toMatchObject({ code: 'PLUGIN_MISMATCH' });
  });
});
