import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import * as testkit from '@gramkit/plugin-testkit';
import { componentKinds, errorCodes, tokens } from '@gramkit/spec';
import * as tensor from '@gramkit/tensor';
import { describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const guide = await readFile(resolve(root, 'docs/plugins.md'), 'utf8');
const example = await readFile(resolve(root, 'examples/text-encoder-ngrams/src/index.ts'), 'utf8');

/** Checks of each kind: of their names, no component is needed. */
const checksOf = testkit as unknown as Readonly<Record<string, (plugin: object, subject: object) => readonly testkit.ConformanceCheck[]>>;

describe('the plugin guide', () => {
  it('walks through pieces of the example, in their order', () => {
    const [, walk = ''] = /From the top:\n\n((?:.+\n)+)/.exec(guide) ?? [];
    const pieces = [...walk.matchAll(/^- `(.+?)` /gm)].map(([, piece]) => piece!);
    const places = pieces.map((piece) => example.indexOf(piece));
    expect(pieces.length).toBeGreaterThan(10);
    expect(pieces.filter((_, index) => places[index] === -1)).toEqual([]);
    expect(places).toEqual([...places].sort((left, right) => left - right));
  });

  it.each(componentKinds)('explains every check of a %s', (kind) => {
    const checks = checksOf[`${kind}Checks`]!({ kind, name: 'any' }, { failures: [], exact: true, malformed: [], other: {} });
    expect(checks.length).toBeGreaterThan(4);
    expect(checks.map(({ name }) => name).filter((name) => !guide.includes(`\`${name}\``))).toEqual([]);
  });

  it('names every token that a plugin can ask for', () => {
    const notForPlugins = ['datasetReader', 'strategy'];
    expect(Object.keys(tokens).filter((name) => !notForPlugins.includes(name) && !guide.includes(`\`${name}\``))).toEqual([]);
  });

  it('names helpers that @gramkit/tensor has', () => {
    const [, list = ''] = /with gradients that keep little: ([^(]+)\(/.exec(guide) ?? [];
    const helpers = [...list.matchAll(/`(\w+)`/g)].map(([, name]) => name!);
    expect(helpers.length).toBeGreaterThan(5);
    expect(helpers.filter((name) => !(name in tensor))).toEqual([]);
  });

  it('names the error codes that components throw', () => {
    const codes = [...errorCodes.data, ...errorCodes.modelFile, 'CONFIGURATION_INVALID', 'PLUGIN_MISMATCH', 'CHECKPOINT_MISMATCH', 'NUMERIC_FAILURE'];
    expect(codes.filter((code) => !guide.includes(`\`${code}\``))).toEqual([]);
  });
});
