import { mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPlugin } from './create-plugin.js';
import { kinds } from './kinds.js';

const packageFolder = fileURLToPath(new URL('..', import.meta.url));

/** What TypeScript says of all files of a folder, under the options of a plugin's own tsconfig.json; workspace packages by their source. */
function diagnosticsOf(folders: readonly string[]): string[] {
  const { config } = ts.readConfigFile(path.join(folders[0]!, 'tsconfig.json'), (file) => ts.sys.readFile(file)) as { readonly config: { readonly compilerOptions: object } };
  const compilerOptions = { ...config.compilerOptions, noEmit: true, customConditions: ['@gramkit/source'] };
  const { options, fileNames, errors } = ts.parseJsonConfigFileContent({ compilerOptions, include: folders }, ts.sys, packageFolder);
  const program = ts.createProgram(fileNames, options);
  // Of the plugins alone: the sources of the workspace are checked elsewhere, under options of their own.
  const own = program.getSourceFiles().filter(({ fileName }) => folders.some((folder) => fileName.startsWith(folder)));
  expect(own.length).toBeGreaterThanOrEqual(4 * folders.length);
  const found = [...errors, ...own.flatMap((file) => [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)])];
  return found.map(({ file, messageText }) => `${file?.fileName ?? ''}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`);
}

describe('the plugins that are written', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(packageFolder, '.rendered-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('compile, whatever they are called', async () => {
    const folders = await Promise.all(kinds.map(async ({ kind }) => (await createPlugin({ kind, name: '2nd-try', directory: path.join(folder, kind), description: `It's "quoted" \\ so.` })).directory));
    expect(diagnosticsOf(folders)).toEqual([]);
  });
});
