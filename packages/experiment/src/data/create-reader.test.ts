import { describe, expect, it } from 'vitest';
import { type GramkitError, tokens } from '@gramkit/spec';
import { z } from 'zod';
import { parseConfiguration } from '../configuration/document.js';
import { readerDocument } from '../configuration/reader-document.js';
import { fakePlugin, fakePlugins } from '../testing/fake-plugins.js';
import { createReader } from './create-reader.js';

function documentOf(text: string) {
  return parseConfiguration(text, { source: 'some.yaml', baseDirectory: '/' });
}

describe('createReader', () => {
  it('creates the reader of a configuration and looks at nothing else in it', async () => {
    const reader = await createReader(documentOf('data: { use: plain, path: x, windowLength: 5 }\nencoder: { use: nowhere }'), fakePlugins);
    expect(reader).toMatchObject({ kind: 'reader', name: 'plain', task: 'knowledge-tracing' });
  });

  it('refuses a wrong option with file and line, and a configuration without data', async () => {
    await expect(createReader(documentOf('seed: 1\ndata:\n  use: plain\n  pth: x'), fakePlugins)).rejects.toMatchObject({ code: 'CONFIGURATION_INVALID', details: { file: 'some.yaml', line: 4, field: 'data.pth' } });
    await expect(createReader(documentOf('seed: 1'), fakePlugins)).rejects.toMatchObject({ code: 'CONFIGURATION_INVALID', details: { field: 'data' } });
  });

  it('says how to give what is missing on the command line, which has no lines', async () => {
    const demanding = fakePlugin('reader', 'demanding', {}, { task: 'knowledge-tracing', options: z.strictObject({ path: z.string(), columns: z.strictObject({ user: z.string() }).optional() }) });
    const error = await createReader(readerDocument('demanding', ['columns={}'], '/'), [demanding]).catch((cause: unknown) => cause);
    expect(error).toMatchObject({ code: 'CONFIGURATION_INVALID' });
    expect((error as Error).message).toContain('(command line): data.path: missing; expected string. Give it: --set path=…');
    expect((error as Error).message).toContain('--set columns={}: data.columns.user: missing; expected string. Give it: --set columns.user=…');
    const one = await createReader(readerDocument('demanding', [], '/'), [demanding]).catch((cause: unknown) => cause);
    expect(one).toMatchObject({ details: { file: '(command line)', field: 'data.path', fix: 'Give it: --set path=…' } });
    expect((one as GramkitError).details.line).toBeUndefined();
  });

  it('refuses a reader that asks for the engine', async () => {
    const hungry = fakePlugin('reader', 'hungry', {}, { dependencies: { engine: tokens.engine } });
    await expect(createReader(documentOf('data: { use: hungry }'), [hungry])).rejects.toMatchObject({ code: 'PLUGIN_INVALID' });
  });
});
