import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { readConfiguration } from '@gramkit/experiment';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import packageFile from '../package.json' with { type: 'json' };
import { kinds } from './kinds.js';
import { kindOf, requestOf } from './plugin-request.js';
import { renderTemplate } from './render-template.js';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const description = `It's "quoted" with a \\ and a $& in it.`;

interface Manifest {
  readonly name: string;
  readonly description: string;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly gramkit: unknown;
}

const manifestOf = (files: ReadonlyMap<string, string>): Manifest => JSON.parse(files.get('package.json')!) as Manifest;

/** Packages that a module imports, Node's own left out. */
function packagesOf(source: string): string[] {
  const { importedFiles } = ts.preProcessFile(source);
  return importedFiles.map(({ fileName }) => fileName).filter((name) => !/^(node:|\.)/.test(name)).sort();
}

describe.each(kinds.map(({ kind }) => kind))('a rendered %s', (kind) => {
  const rendered = renderTemplate(requestOf(kindOf(kind), 'my-2nd-thing', description));

  it('is whole, and holds no placeholder', async () => {
    const files = await rendered;
    expect([...files.keys()]).toEqual(expect.arrayContaining(['.gitignore', 'LICENSE', 'README.md', 'experiment.yaml', 'package.json', 'src/index.test.ts', 'src/index.ts', 'tsconfig.json', 'tsup.config.ts', 'vitest.config.ts']));
    for (const [file, text] of files) expect(text, file).not.toMatch(/plugin-(name|kind|description|usage)\b|0\.0\.0-gramkit/);
  });

  it('says of itself in package.json and in its source the same', async () => {
    const files = await rendered;
    expect(manifestOf(files)).toMatchObject({ name: `gramkit-${kind}-my-2nd-thing`, description, gramkit: { plugins: [{ kind, name: 'my-2nd-thing', specificationVersion: 1, description }] } });
    expect(files.get('src/index.ts')).toContain(`kind: '${kind}',`);
    expect(files.get('src/index.ts')).toContain(`description: 'It\\'s "quoted" with a \\\\ and a $& in it.',`);
    expect(files.get('README.md')).toContain(description);
  });

  it('depends on what its source imports, and on nothing else', async () => {
    const files = await rendered;
    const { dependencies, peerDependencies, devDependencies } = manifestOf(files);
    expect(packagesOf(files.get('src/index.ts')!)).toEqual(expect.arrayContaining(Object.keys(dependencies)));
    expect(Object.keys({ ...dependencies, ...peerDependencies })).toEqual(expect.arrayContaining(packagesOf(files.get('src/index.ts')!)));
    expect(Object.keys({ ...dependencies, ...devDependencies })).toEqual(expect.arrayContaining(packagesOf(files.get('src/index.test.ts')!)));
  });

  it('names itself in an experiment that is a configuration', async () => {
    const document = await readConfiguration(path.join(root, 'packages/create-plugin/templates', kind, 'experiment.yaml'));
    const places = document.value as Readonly<Record<string, { readonly use?: string; readonly encoder?: { readonly use?: string } }>>;
    const place = { reader: 'data' }[kind] ?? kind;
    expect(kind === 'optimizer' ? places['optimizers']!.encoder!.use : places[place]!.use).toBe('plugin-name');
  });
});

describe('what all kinds share', () => {
  it('wants the versions that Gramkit itself has been tried with', async () => {
    const { dependencies, devDependencies, peerDependencies } = manifestOf(await renderTemplate(requestOf(kindOf('encoder'), 'ngrams')));
    const versionOf = async (name: string) => (JSON.parse(await readFile(path.join(root, 'node_modules', name, 'package.json'), 'utf8')) as { readonly version: string }).version;
    for (const [name, range] of Object.entries({ ...dependencies, ...devDependencies, ...peerDependencies })) {
      const version = name.startsWith('@gramkit/') ? packageFile.version : await versionOf(name);
      expect(range.split('.')[0], name).toBe(`^${version.split('.')[0]!}`);
    }
  });

  it("is under the repository's licence", async () => {
    expect((await renderTemplate(requestOf(kindOf('encoder'), 'ngrams'))).get('LICENSE')).toBe(await readFile(path.join(root, 'LICENSE'), 'utf8'));
  });
});

describe('examples/text-encoder-ngrams', () => {
  it('is what the scaffolder writes for an encoder called ngrams', async () => {
    const folder = path.join(root, 'examples/text-encoder-ngrams');
    const written = await renderTemplate(requestOf(kindOf('encoder'), 'ngrams'));
    for (const [file, text] of written) expect(await readFile(path.join(folder, file), 'utf8'), `${file}: tools/create-plugin/text-encoder-example.ts writes it anew`).toBe(text);
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    const kept = entries.filter((entry) => entry.isFile()).map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name))).filter((file) => !/^(node_modules|dist|runs)\b/.test(file));
    expect(kept.sort()).toEqual([...written.keys()].sort());
    expect(written.get('src/index.ts')!.trimEnd().split('\n').length).toBeLessThan(80);
  });
});
