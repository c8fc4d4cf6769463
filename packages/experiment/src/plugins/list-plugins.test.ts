import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { declares, PluginProject, pluginSource } from '../testing/plugin-project.js';
import { builtIns } from './built-in.js';
import { builtInPackages } from './built-in-packages.js';
import { type ListedPlugin, listPlugins, type PluginListing } from './list-plugins.js';
import { resolvePlugin } from './resolve-plugin.js';

let project: PluginProject;
let listing: PluginListing;

beforeAll(async () => {
  project = await PluginProject.create();
  const source = { 'index.js': pluginSource('encoder', 'x') };
  await project.writePackage('gramkit-encoder-ngrams', { fields: declares({ kind: 'encoder', name: 'ngrams', description: 'Hashed n-grams.' }), files: source });
  await project.writePackage('@someone/gramkit-tokenizer-runes', { files: source });
  await project.writePackage('gramkit-encoder-bert', { fields: declares({ kind: 'encoder', name: 'bert' }), files: source });
  await project.writePackage('gramkit-model-future', { fields: declares({ kind: 'model', name: 'future', specificationVersion: 2 }), files: source });
  await project.writePackage('a-collection', { fields: declares({ kind: 'encoder', name: 'a', export: './a' }, { kind: 'encoder', name: 'b', export: './b' }, { kind: 'model', name: 'c' }), files: source });
  await project.writePackage('in-each-others-way', { fields: declares({ kind: 'encoder', name: 'a' }, { kind: 'encoder', name: 'b' }), files: source });
  await project.writePackage('gramkit-model-garbled', { fields: { gramkit: { plugins: [{ kind: 'modell', name: 'garbled', specificationVersion: '1' }] } }, files: source });
  await project.write('node_modules/gramkit-model-unreadable/package.json', '{ "name": ');
  await project.writePackage('gramkit-anything', { files: source });
  await project.writePackage('left-pad', { files: source });
  await project.writePackage('gramkit-reader-further-up', { files: source });
  await project.writePackage('gramkit-reader-further-up', { fields: { version: '9.0.0' }, files: source }, 'nested/node_modules/gramkit-reader-further-up');
  await project.write('nested/node_modules/.package-lock.json', '{}');
  await project.link('nowhere', 'node_modules/gramkit-model-dangling');
  listing = await listPlugins(project.path('nested'));
});
afterAll(() => project.remove());

const installed = (packageName: string): ListedPlugin[] => listing.plugins.filter((plugin) => plugin.packageName === packageName);

describe('listPlugins', () => {
  it('runs nothing of any package', async () => {
    expect(await project.executed()).toEqual([]);
  });

  it('tells what a package.json declares, and where the package is', () => {
    expect(installed('gramkit-encoder-ngrams')).toEqual([
      { kind: 'encoder', name: 'ngrams', use: 'ngrams', source: 'project', packageName: 'gramkit-encoder-ngrams', packageVersion: '1.2.3', folder: expect.stringMatching(/node_modules\/gramkit-encoder-ngrams$/) as string, specificationVersion: 1, description: 'Hashed n-grams.' },
    ]);
  });

  it('lists a package by its name alone as one whose contract is not known', () => {
    expect(installed('@someone/gramkit-tokenizer-runes')).toMatchObject([{ kind: 'tokenizer', name: 'runes', use: '@someone/runes' }]);
    expect(installed('@someone/gramkit-tokenizer-runes')[0]).not.toHaveProperty('specificationVersion');
  });

  it('gives the name that a configuration must write', () => {
    expect(installed('gramkit-encoder-bert').map(({ use }) => use)).toEqual(['gramkit-encoder-bert']);
    expect(installed('a-collection').map(({ kind, use }) => [kind, use])).toEqual([['encoder', 'a-collection/a'], ['encoder', 'a-collection/b'], ['model', 'a-collection']]);
    expect(installed('gramkit-reader-further-up')).toMatchObject([{ packageVersion: '9.0.0' }]);
  });

  it('says why something is refused, whatever is wrong with it', () => {
    expect(installed('gramkit-model-future')).toMatchObject([{ specificationVersion: 2, problem: expect.stringMatching(/version 2.*version 1[\s\S]*npm install/) as string }]);
    expect(installed('in-each-others-way').map(({ problem }) => problem)).toEqual([expect.stringContaining("2 plugins of kind 'encoder' under '.'"), expect.stringContaining('no configuration can name')]);
    expect(listing.refused).toMatchObject([
      { packageName: 'gramkit-model-garbled', problem: expect.stringMatching(/gramkit\.plugins\.0\.kind.*gramkit\.plugins\.0\.specificationVersion/) as string },
      { packageName: 'gramkit-model-unreadable', problem: expect.stringContaining('no JSON') as string },
    ]);
  });

  it('passes over what is no plugin', () => {
    for (const packageName of ['left-pad', 'gramkit-anything', 'gramkit-model-garbled', 'gramkit-model-dangling']) expect(installed(packageName)).toEqual([]);
  });

  it('lists the project itself where it is a plugin', async () => {
    const own = await PluginProject.create();
    await own.writePackage('gramkit-strategy-own', { fields: declares({ kind: 'strategy', name: 'own' }), files: {} }, '.');
    expect((await listPlugins(own.folder)).plugins.filter(({ source }) => source === 'project')).toMatchObject([{ kind: 'strategy', use: 'own', folder: expect.stringMatching(/gramkit-plugins-/) as string }]);
    await own.remove();
  });
});

describe('the built-in plugins', () => {
  it('are all declared in the package.json of their package, as they are', async () => {
    for (const { kind, name, packageName } of builtIns) {
      const { specificationVersion, description } = await resolvePlugin(kind, name, { projectDirectory: project.folder });
      expect(listing.plugins).toContainEqual(expect.objectContaining({ kind, name, use: name, source: 'built-in', packageName, packageVersion: expect.any(String) as string, specificationVersion, description }));
    }
  });

  it('are all that those packages declare', async () => {
    const declared = [...(await builtInPackages()).values()].flatMap((found) => found.declared);
    expect(declared.length).toBe(builtIns.length);
  });
});
