import { symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { fakePlugin } from '../testing/fake-plugins.js';
import { declares, PluginProject, pluginSource } from '../testing/plugin-project.js';
import { pluginAmong } from './load-module.js';
import { findPlugin, resolvePlugin } from './resolve-plugin.js';

let project: PluginProject;

beforeAll(async () => {
  project = await PluginProject.create();
  await project.writeModule('mine.js', pluginSource('model', 'mine'));
  await project.writeModule('old.js', pluginSource('model', 'old', { version: 7 }));
  await project.write('nothing.js', 'export const model = 1; export const helper = 2;');
  await project.write('function.js', 'export default function build() {}');
  await project.write('needs.js', "import '@someone/a-package-that-is-not-there/part';");
  await project.write('throws.js', "throw new Error('not today');");
  // What Node throws; the test's own loader would take them.
  await project.write('typed.js', `throw Object.assign(new Error('Unknown file extension ".ts"'), { code: 'ERR_UNKNOWN_FILE_EXTENSION' });`);
  await project.write('requires.js', "throw Object.assign(new Error('No \"exports\" main defined'), { code: 'ERR_PACKAGE_PATH_NOT_EXPORTED' });");
  await project.write('folder/empty', '');
  await project.writePackage('gramkit-model-short', { files: { 'index.js': pluginSource('model', 'short') } });
  await project.writePackage('@someone/their-model', { files: { 'index.js': pluginSource('model', 'theirs') } });
  await project.writePackage('@someone/gramkit-model-scoped', { files: { 'index.js': pluginSource('model', 'scoped') } });
  await project.writePackage('gramkit-model-silent', { files: { 'index.js': pluginSource('model', 'silent') } });
  await project.writePackage('a-model-in-a-folder', { files: { 'index.js': pluginSource('model', 'in-a-folder') } }, 'folder/package');
  await project.writePackage('a-model-of-old', { fields: { exports: undefined, main: 'lib/main.js' }, files: { 'lib/main.js': pluginSource('model', 'of-old') } });
});
afterEach(() => project.forgetExecuted());
afterAll(() => project.remove());

const from = (directory: string) => (use: string) => resolvePlugin('model', use, { projectDirectory: directory });
const resolveModel = (use: string) => from(project.folder)(use);

describe('what a name means', () => {
  it.each([
    ['./mine.js', 'mine'],
    ['./folder/package', 'in-a-folder'],
    ['short', 'short'],
    ['gramkit-model-short', 'short'],
    ['@someone/their-model', 'theirs'],
    ['@someone/scoped', 'scoped'],
    ['@someone/gramkit-model-scoped', 'scoped'],
    ['a-model-of-old', 'of-old'],
  ])('%s is the plugin %s, and nothing else has run', async (use, name) => {
    const before = await project.executed();
    expect((await resolveModel(use)).name).toBe(name);
    expect((await project.executed()).length - before.length).toBeLessThanOrEqual(1);
    expect(await project.executed()).not.toContain('node_modules/gramkit-model-silent/index.js');
  });

  it('an absolute path, and says where a plugin was found', async () => {
    expect((await resolveModel(project.path('mine.js'))).name).toBe('mine');
    const found = await findPlugin('model', 'short', { projectDirectory: project.folder });
    expect(found).toMatchObject({ source: 'package', file: expect.stringMatching(/gramkit-model-short\/index\.js$/) as string, package: { name: 'gramkit-model-short', version: '1.2.3' } });
  });

  it('a registered instance before anything else', async () => {
    const registered = fakePlugin('model', 'short');
    expect(await resolvePlugin('model', 'short', { projectDirectory: project.folder, registered: [registered] })).toBe(registered);
  });

  it('a built-in before a package of its name, which its full name means', async () => {
    await project.writePackage('gramkit-model-dkt', { files: { 'index.js': pluginSource('model', 'dkt') } });
    expect((await resolveModel('dkt')).description).not.toBe('A dkt of a project.');
    expect((await resolveModel('gramkit-model-dkt')).description).toBe('A dkt of a project.');
  });
});

describe('packages of a project', () => {
  it('are found from nested folders, through links, in workspaces, and in the project itself', async () => {
    await project.writePackage('gramkit-model-nearer', { files: { 'index.js': pluginSource('model', 'far') } });
    await project.writePackage('gramkit-model-nearer', { files: { 'index.js': pluginSource('model', 'near') } }, 'apps/one/node_modules/gramkit-model-nearer');
    await project.write('apps/one/configurations/deep/x.yaml', '');
    await project.writePackage('gramkit-model-workspace', { files: { 'index.js': pluginSource('model', 'workspace') } }, 'packages/workspace');
    await project.link(project.path('packages/workspace'), 'node_modules/gramkit-model-workspace');
    const nested = from(project.path('apps/one/configurations/deep'));
    expect((await nested('nearer')).name).toBe('near');
    expect((await nested('short')).name).toBe('short');
    expect((await nested('workspace')).name).toBe('workspace');
    // The author's own package, named from within.
    expect((await from(project.path('packages/workspace/examples'))('gramkit-model-workspace')).name).toBe('workspace');
    const linked = join(tmpdir(), `gramkit-link-${process.pid}`);
    await symlink(project.path('apps/one/configurations'), linked);
    expect((await from(join(linked, 'deep'))('nearer')).name).toBe('near');
  });

  it('of several plugins are told apart by their kind, or by a path of their exports', async () => {
    const fields = {
      exports: { '.': './index.js', './patches': './patches.js', './pictures': './pictures.js' },
      ...declares({ kind: 'model', name: 'first' }, { kind: 'encoder', name: 'patches', export: './patches' }, { kind: 'encoder', name: 'pictures', export: './pictures' }),
    };
    const files = { 'index.js': pluginSource('model', 'first'), 'patches.js': pluginSource('encoder', 'patches'), 'pictures.js': pluginSource('encoder', 'pictures') };
    await project.writePackage('a-collection', { fields, files });
    const sources = { projectDirectory: project.folder };
    expect((await resolveModel('a-collection')).name).toBe('first');
    expect((await resolvePlugin('encoder', 'a-collection/pictures', sources)).name).toBe('pictures');
    await expect(resolvePlugin('encoder', 'a-collection', sources)).rejects.toMatchObject({ code: 'PLUGIN_NOT_FOUND', details: { alternatives: ['a-collection/patches', 'a-collection/pictures'] } });
    await expect(resolvePlugin('strategy', 'a-collection', sources)).rejects.toMatchObject({ code: 'PLUGIN_MISMATCH' });
    expect(await project.executed()).toEqual(['node_modules/a-collection/index.js', 'node_modules/a-collection/pictures.js']);
    await expect(resolvePlugin('encoder', 'a-collection/sounds', sources)).rejects.toMatchObject({ code: 'PLUGIN_INVALID', message: expect.stringContaining('./sounds') as string });
  });

  it('may export them by name where there is one of a kind', async () => {
    const several = (...names: string[]) => names.map((name) => pluginSource('model', name, { exportAs: name }).replace(/^import.*\n/, '')).join('\n');
    const zod = "import { z } from 'zod';\n";
    await project.writePackage('a-model-by-name', { files: { 'index.js': zod + several('one') + pluginSource('encoder', 'two', { exportAs: 'two' }).replace(/^import.*\n/, '\n') } });
    await project.writePackage('models-by-name', { files: { 'index.js': zod + several('one', 'two') } });
    expect((await resolveModel('a-model-by-name')).name).toBe('one');
    await expect(resolveModel('models-by-name')).rejects.toMatchObject({ code: 'PLUGIN_NOT_FOUND', details: { alternatives: ['one', 'two'] } });
  });
});

describe('what cannot be used', () => {
  it('lists what was tried and what exists', async () => {
    await expect(resolveModel('dkz')).rejects.toMatchObject({
      code: 'PLUGIN_NOT_FOUND',
      message: expect.stringMatching(/tried registered plugins, the built-in @gramkit\/model-dkz, the package gramkit-model-dkz, the package dkz/) as string,
      details: { alternatives: ['dkt', 'sakt', 'nrms'], fix: "Did you mean 'dkt'?" },
    });
    await expect(resolveModel('something-else')).rejects.toMatchObject({ details: { fix: expect.stringContaining(`Run in ${project.folder}: npm install gramkit-model-something-else`) as string } });
    await expect(resolveModel('./absent.js')).rejects.toMatchObject({ code: 'PLUGIN_NOT_FOUND', message: expect.stringContaining('absent.js') as string });
    await expect(resolveModel('Big Name')).rejects.toMatchObject({ code: 'PLUGIN_NOT_FOUND' });
    await expect(resolveModel('./folder')).rejects.toMatchObject({ code: 'PLUGIN_INVALID', message: expect.stringContaining('without a package.json') as string });
  });

  it('tells of a package that is installed where the command runs, and does not run it', async () => {
    const elsewhere = await PluginProject.create();
    await elsewhere.writePackage('gramkit-model-elsewhere', { files: { 'index.js': pluginSource('model', 'elsewhere') } });
    const before = process.cwd();
    process.chdir(elsewhere.folder);
    try {
      await expect(resolveModel('elsewhere')).rejects.toMatchObject({ code: 'PLUGIN_NOT_FOUND', details: { fix: expect.stringMatching(/gramkit-model-elsewhere is installed for .*npm install/) as string } });
    } finally {
      process.chdir(before);
    }
    expect(await elsewhere.executed()).toEqual([]);
    await elsewhere.remove();
  });

  it('says what a module exported instead of a plugin', async () => {
    await expect(resolveModel('./nothing.js')).rejects.toMatchObject({ code: 'PLUGIN_INVALID', message: expect.stringContaining('found no default export') as string, details: { alternatives: ["export 'helper'", "export 'model'"] } });
    await expect(resolveModel('./function.js')).rejects.toMatchObject({ code: 'PLUGIN_INVALID', message: expect.stringContaining("found a function 'build'") as string });
  });

  it.each([
    ['./needs.js', /a-package-that-is-not-there/, /npm install @someone\/a-package-that-is-not-there$/],
    ['./throws.js', /not today/, /GRAMKIT_DEBUG/],
    ['./typed.js', /file extension/, /Node runs no TypeScript/],
    ['./requires.js', /exports/, /compiled to CommonJS.*npx tsup src\/index\.ts --format esm/],
  ])('says why %s does not load, and what to do', async (use, message, fix) => {
    await expect(resolveModel(use)).rejects.toMatchObject({ code: 'PLUGIN_INVALID', message: expect.stringMatching(message) as string, details: { fix: expect.stringMatching(fix) as string } });
  });

  it('explains packages that were built or published wrongly', async () => {
    await project.writePackage('gramkit-model-unbuilt', { fields: { exports: './dist/index.js' }, files: {} });
    await expect(resolveModel('unbuilt')).rejects.toMatchObject({ code: 'PLUGIN_INVALID', message: expect.stringMatching(/gramkit-model-unbuilt 1\.2\.3 .*dist\/index\.js/) as string, details: { fix: expect.stringContaining('npm run build') as string } });
    await project.writePackage('gramkit-model-required', { fields: { exports: { '.': { require: './index.cjs' } } }, files: {} });
    await expect(resolveModel('required')).rejects.toMatchObject({ code: 'PLUGIN_INVALID', details: { fix: expect.stringContaining('"exports"') as string } });
  });

  it('knows a compilation to CommonJS by the default of its default export', () => {
    const compiled = { default: { __esModule: true, default: fakePlugin('model', 'common') } };
    expect(() => pluginAmong(compiled, 'model', { label: 'x' })).toThrow(expect.objectContaining({ code: 'PLUGIN_INVALID', details: expect.objectContaining({ fix: expect.stringMatching(/CommonJS.*npx tsup src\/index\.ts --format esm/) as string }) as object }) as Error);
    expect(pluginAmong({ ...compiled, default: compiled.default.default }, 'model', { label: 'x' }).name).toBe('common');
  });

  it('refuses another specification version, naming both: before a package runs where its package.json tells', async () => {
    await expect(resolveModel('./old.js')).rejects.toMatchObject({ code: 'PLUGIN_VERSION', message: expect.stringMatching(/version 7.*version 1/) as string });
    await project.forgetExecuted();
    await project.writePackage('gramkit-model-future', { fields: declares({ kind: 'model', name: 'future', specificationVersion: 2 }), files: { 'index.js': pluginSource('model', 'future', { version: 2 }) } });
    await project.writePackage('gramkit-model-past', { fields: declares({ kind: 'model', name: 'past', specificationVersion: 0 }), files: { 'index.js': pluginSource('model', 'past', { version: 0 }) } });
    await expect(resolveModel('future')).rejects.toMatchObject({ code: 'PLUGIN_VERSION', message: expect.stringMatching(/version 2.*version 1/) as string, details: { fix: expect.stringContaining('npm install @gramkit/cli@latest') as string } });
    await expect(resolveModel('past')).rejects.toMatchObject({ code: 'PLUGIN_VERSION', message: expect.stringMatching(/version 0.*version 1/) as string, details: { fix: expect.stringContaining('npm install gramkit-model-past@latest') as string } });
    expect(await project.executed()).toEqual([]);
  });

  it('refuses another kind', async () => {
    await expect(resolvePlugin('encoder', './mine.js', { projectDirectory: project.folder })).rejects.toMatchObject({ code: 'PLUGIN_MISMATCH', message: expect.stringMatching(/kind 'model'.*encoder is needed/) as string });
  });

  it.each([
    ['options', 'options: { parse() {} },', /zod@4/],
    ['dependencies', "dependencies: { seed: 'gramkit.seed' },", /definePlugin/],
    ['create', 'create: undefined,', /definePlugin/],
    ['name', 'name: 7,', /definePlugin/],
  ])('refuses a definition whose %s is none', async (field, more, fix) => {
    await project.write(`without-${field}.js`, pluginSource('model', 'x', { more }));
    await expect(resolveModel(`./without-${field}.js`)).rejects.toMatchObject({ code: 'PLUGIN_INVALID', details: { field, fix: expect.stringMatching(fix) as string } });
  });
});
