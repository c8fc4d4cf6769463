import { describe, expect, it } from 'vitest';
import { tokens } from '@gramkit/spec';
import { parseConfiguration } from '../configuration/document.js';
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

  it('refuses a reader that asks for the engine', async () => {
    const hungry = fakePlugin('reader', 'hungry', {}, { dependencies: { engine: tokens.engine } });
    await expect(createReader(documentOf('data: { use: hungry }'), [hungry])).rejects.toMatchObject({ code: 'PLUGIN_INVALID' });
  });
});
