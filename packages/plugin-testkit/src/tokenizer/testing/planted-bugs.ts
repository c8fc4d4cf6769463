import type { HostTensors, ItemContent, PreparedItems, TrainingCatalogue } from '@gramkit/spec';
import { textOfItem } from '@gramkit/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';
import type { PluginOf } from '../../surroundings/plugin-of.js';
import { honestTokenizerOptions, preparationWith, prepareHonestly, tokenizerWith, type TokenizerParts } from './honest-tokenizer.js';

/** A bug, and the one check that finds it. */
export interface PlantedBug {
  readonly bug: string;
  readonly check: string;
  readonly plugin: PluginOf<'tokenizer'>;
}

const preparedWith = (change: Parameters<typeof preparationWith>[0]): Partial<TokenizerParts> => ({ prepared: preparationWith(change) });

const bugs: readonly (readonly [check: string, bug: string, planted: Partial<TokenizerParts>])[] = [
  ['declares what the container needs', 'a component that has another name than its plugin', { name: 'another' }],
  ['declares what the container needs', 'an option without a description', { options: honestTokenizerOptions.extend({ extra: z.boolean().default(false) }) }],
  ['gives its shapes', 'rows that are asked for twice and given once', preparedWith((inner) => ({ collate: (rows) => inner.collate([...new Set(Array.from(rows))]) }))],
  ['gives its shapes', 'token ids that are no integers', preparedWith((inner) => ({ collate: (rows) => asFloats(inner.collate(rows)) }))],
  ['counts its tokens', 'lengths without special tokens', preparedWith((inner) => ({ lengthOf: (row) => inner.lengthOf(row) - 1 }))],
  ['takes any text', 'half a surrogate pair that is no text', { textOf: (item, fields) => decodeURIComponent(encodeURIComponent(textOfItem(item, fields))) }],
  ['keeps special tokens', 'the last special token cut off', { cut: (words, maxLength) => [1, ...words, 2].slice(0, maxLength) }],
  ['keeps special tokens', 'texts longer than the maximum', { cut: (words, maxLength) => [1, ...words.slice(0, maxLength), 2] }],
  ['ignores padding', 'padding before a text', preparedWith((inner) => ({ collate: (rows) => paddedAtTheStart(inner.collate(rows)) }))],
  ['is pure', 'rows given out again and again', preparedWith((inner) => remembering(inner))],
  ['is deterministic', 'a fingerprint that tells the time', { fingerprintOf: () => `${performance.now()}` }],
  ['changes its fingerprint with its options', 'a fingerprint of the vocabulary alone', { fingerprintOf: ({ words }) => words.join() }],
  ['survives save and load', 'words that JSON cannot keep', { knownWords: wordsInASet }],
  ['leaks no tensors', 'a tensor kept for every catalogue', { prepared: (rows) => (tf.keep(tf.scalar(rows.length)), prepareHonestly(rows)) }],
  ['refuses unknown options', 'a schema that takes any key', { options: z.object(honestTokenizerOptions.shape) }],
  ['refuses unknown options', 'an object among the options that takes any key', { options: honestTokenizerOptions.extend({ more: z.object({ depth: z.int().default(1) }).optional().describe('More.') }) }],
  ['throws errors with codes', 'a plain error for a row that is not there', preparedWith((inner) => ({ lengthOf: (row) => inner.lengthOf(inRange(row, inner.count)), collate: (rows) => inner.collate(Array.from(rows, (row) => inRange(row, inner.count))) }))],
  ['throws errors with codes', 'an empty text for a field that is not there', { textOf: (item, fields) => textWithoutFields(item, fields) }],
];

export const plantedBugs: readonly PlantedBug[] = bugs.map(([check, bug, planted]) => ({ check, bug, plugin: tokenizerWith(planted) }));

function textWithoutFields(item: ItemContent, fields: readonly string[]): string {
  return fields.map((field) => item.fields[field] ?? '').join(' ');
}

function asFloats({ tokenIds, lengths }: HostTensors): HostTensors {
  return { tokenIds: { dtype: 'float32', shape: tokenIds!.shape, data: Float32Array.from(tokenIds!.data) }, lengths: lengths! };
}

function paddedAtTheStart({ tokenIds, lengths }: HostTensors): HostTensors {
  const width = tokenIds!.shape[1]!;
  const data = Int32Array.from(tokenIds!.data, (_, place) => {
    const [row, column] = [Math.floor(place / width), place % width];
    const own = column - (width - lengths!.data[row]!);
    return own < 0 ? 0 : tokenIds!.data[row * width + own]!;
  });
  return { tokenIds: { dtype: 'int32', shape: tokenIds!.shape, data }, lengths: lengths! };
}

function remembering(inner: PreparedItems): Partial<PreparedItems> {
  const given = new Map<string, HostTensors>();
  return {
    collate: (rows) => {
      const key = Array.from(rows).join();
      const known = given.get(key) ?? inner.collate(rows);
      given.set(key, known);
      return known;
    },
  };
}

async function wordsInASet(catalogue: TrainingCatalogue, fields: readonly string[]): Promise<readonly string[]> {
  const kept = await catalogue.derive('honest.words', (items) => new Set(items.flatMap((item) => textWithoutFields(item, fields).split(' ')).sort()) as never);
  return [...(kept as Iterable<string>)];
}

function inRange(row: number, count: number): number {
  if (!Number.isInteger(row) || row < 0 || row >= count) throw new RangeError(`no row ${row}`);
  return row;
}
