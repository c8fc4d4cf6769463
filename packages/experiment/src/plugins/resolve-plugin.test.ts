import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fakePlugin } from '../testing/fake-plugins.js';
import { listPlugins } from './list-plugins.js';
import { resolvePlugin } from './resolve-plugin.js';

let project: string;

/** A plugin as a third party's bundle holds it: branded by a copy of the specification of its own. */
function pluginSource(kind: string, name: string, version = 1): string {
  return `export default { specificationVersion: ${version}, kind: '${kind}', name: '${name}', description: 'of a project', options: {}, dependencies: {}, create() {}, [Symbol.for('gramkit.plugin')]: true };`;
}

async function write(path: string, text: string): Promise<void> {
  const file = join(project, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
}

async function writePackage(name: string, source: string): Promise<void> {
  await write(`node_modules/${name}/package.json`, JSON.stringify({ name, type: 'module', exports: { '.': { import: './index.js' } } }));
  await write(`node_modules/${name}/index.js`, source);
}

beforeAll(async () => {
  project = await mkdtemp(join(tmpdir(), 'gramkit-plugins-'));
  await write('package.json', '{ "type": "module" }');
  await write('mine.js', pluginSource('model', 'mine'));
  await write('old.js', pluginSource('model', 'old', 7));
  await write('nothing.js', 'export const model = 1; export const helper = 2;');
  await write('function.js', 'export default function build() {}');
  await write('broken.js', "import 'a-package-that-is-not-there';");
  await writePackage('gramkit-model-short', pluginSource('model', 'short'));
  await writePackage('@someone/their-model', pluginSource('model', 'theirs'));
  await writePackage('gramkit-strategy-bad', 'export const nothing = 1;');
});

afterAll(() => rm(project, { recursive: true, force: true }));

const resolveModel = (use: string, registered = [] as ReturnType<typeof fakePlugin>[]): Promise<{ readonly name: string }> => resolvePlugin('model', use, { projectDirectory: project, registered });

describe('resolvePlugin', () => {
  it('finds a path, a package by convention and a package by name, from the project', async () => {
    expect((await resolveModel('./mine.js')).name).toBe('mine');
    expect((await resolveModel(join(project, 'mine.js'))).name).toBe('mine');
    expect((await resolveModel('short')).name).toBe('short');
    expect((await resolveModel('gramkit-model-short')).name).toBe('short');
    expect((await resolveModel('@someone/their-model')).name).toBe('theirs');
  });

  it('takes a registered instance before anything else', async () => {
    const registered = fakePlugin('model', 'short');
    expect(await resolveModel('short', [registered])).toBe(registered);
  });

  it('lists what was tried and what exists', async () => {
    await expect(resolveModel('dkz')).rejects.toMatchObject({
      code: 'PLUGIN_NOT_FOUND',
      message: expect.stringMatching(/tried registered plugins, the built-in @gramkit\/model-dkz, the package gramkit-model-dkz, the package dkz/) as string,
      details: { alternatives: ['dkt', 'sakt', 'nrms'], fix: "Did you mean 'dkt'?" },
    });
    await expect(resolveModel('./absent.js')).rejects.toMatchObject({ code: 'PLUGIN_NOT_FOUND', message: expect.stringContaining('absent.js') as string });
  });

  it('says what a module exported instead of a plugin', async () => {
    await expect(resolveModel('./nothing.js')).rejects.toMatchObject({ code: 'PLUGIN_INVALID', message: expect.stringContaining('found no default export') as string, details: { alternatives: ["export 'helper'", "export 'model'"] } });
    await expect(resolveModel('./function.js')).rejects.toMatchObject({ code: 'PLUGIN_INVALID', message: expect.stringContaining("found a function 'build'") as string });
    await expect(resolveModel('./broken.js')).rejects.toMatchObject({ code: 'PLUGIN_INVALID', message: expect.stringContaining('a-package-that-is-not-there') as string });
  });

  it('refuses another specification version, naming both, and another kind', async () => {
    await expect(resolveModel('./old.js')).rejects.toMatchObject({ code: 'PLUGIN_VERSION', message: expect.stringMatching(/version 7.*version 1/) as string });
    await expect(resolvePlugin('encoder', './mine.js', { projectDirectory: project })).rejects.toMatchObject({ code: 'PLUGIN_MISMATCH', message: expect.stringMatching(/kind 'model'.*encoder is needed/) as string });
  });
});

describe('listPlugins', () => {
  it('names the built-in plugins and those of the project, with what is wrong with them', async () => {
    const listed = await listPlugins(project);
    expect(listed.filter((plugin) => plugin.source === 'project')).toEqual([
      { kind: 'model', name: 'short', packageName: 'gramkit-model-short', source: 'project', description: 'of a project' },
      { kind: 'strategy', name: 'bad', packageName: 'gramkit-strategy-bad', source: 'project', problem: expect.stringContaining('is no plugin') as string },
    ]);
    const builtIn = listed.filter((plugin) => plugin.source === 'built-in');
    expect(builtIn.map((plugin) => `${plugin.kind} ${plugin.name}`)).toEqual(expect.arrayContaining(['reader assistments', 'tokenizer huggingface', 'encoder bert', 'model dkt', 'strategy multi-step', 'optimizer adam']));
    expect(builtIn.filter((plugin) => plugin.problem !== undefined)).toEqual([]);
  });
});
