import { createHash } from 'node:crypto';
import { definePlugin, type ItemContent, type PreparedItems, type Preprocessor, specificationVersion, tokens, type TrainingCatalogue } from '@gramkit/spec';
import { PreparedTexts, textOfItem } from '@gramkit/tensor';
import { z } from 'zod';
import type { PluginOf } from '../../surroundings/plugin-of.js';

/** Padding, what begins and what ends a text, a word that is not known. */
const special = ['<padding>', '<begin>', '<end>', '<unknown>'];
const [padding, begin, end, unknown] = special.keys() as unknown as [number, number, number, number];

/** What an honest tokenizer does; a planted bug replaces one of these. */
export interface TokenizerParts {
  readonly options: z.ZodType;
  /** Of the component; that of the plugin stays. */
  readonly name: string;
  readonly knownWords: (catalogue: TrainingCatalogue, fields: readonly string[]) => Promise<readonly string[]>;
  readonly textOf: (item: ItemContent, fields: readonly string[]) => string;
  /** Special tokens around words, cut to a length. */
  readonly cut: (words: readonly number[], maxLength: number) => readonly number[];
  readonly prepared: (rows: readonly Int32Array[]) => PreparedItems;
  readonly fingerprintOf: (decisive: { readonly options: object; readonly words: readonly string[] }) => string;
}

export const honestTokenizerOptions = z.strictObject({
  fields: z.array(z.string()).default(['text']).describe('Fields that are read.'),
  maxLength: z.int().min(3).default(12).describe('Longest row, special tokens included.'),
  lowercase: z.boolean().default(true).describe('Reads capitals as small letters.'),
});

const honest: TokenizerParts = {
  options: honestTokenizerOptions,
  name: 'honest',
  knownWords: (catalogue, fields) => catalogue.derive('honest.words', (items) => [...new Set(items.flatMap((item) => wordsOf(textOfItem(item, fields))))].sort()),
  textOf: textOfItem,
  cut: (words, maxLength) => [begin, ...words.slice(0, maxLength - 2), end],
  prepared: prepareHonestly,
  fingerprintOf: (decisive) => createHash('sha256').update(JSON.stringify(decisive)).digest('hex'),
};

export function prepareHonestly(rows: readonly Int32Array[]): PreparedItems {
  return PreparedTexts.of(rows, padding);
}

/** An honest preparation with some of its functions replaced. */
export function preparationWith(change: (honest: PreparedItems) => Partial<PreparedItems>): TokenizerParts['prepared'] {
  return (rows) => {
    const inner = prepareHonestly(rows);
    const { count = inner.count, lengthOf = (row) => inner.lengthOf(row), collate = (asked) => inner.collate(asked) } = change(inner);
    return { count, lengthOf, collate };
  };
}

/** A tokenizer of whole words between special tokens; with a bug planted where a part is given. */
export function tokenizerWith(planted: Partial<TokenizerParts> = {}): PluginOf<'tokenizer'> {
  const parts = { ...honest, ...planted };
  return definePlugin({
    specificationVersion, kind: 'tokenizer', name: 'honest', description: 'Whole words between special tokens.', options: parts.options,
    dependencies: { catalogue: tokens.trainingCatalogue },
    create: async ({ options, catalogue }) => {
      const chosen = options as z.output<typeof honestTokenizerOptions>;
      return tokenizerOf(await parts.knownWords(catalogue, chosen.fields), chosen, parts);
    },
  });
}

function tokenizerOf(words: readonly string[], options: z.output<typeof honestTokenizerOptions>, parts: TokenizerParts): Preprocessor {
  const ids = new Map(words.map((word, place) => [word, place + special.length]));
  const read = (text: string): readonly string[] => wordsOf(options.lowercase ? text.toLowerCase() : text);
  const encode = (item: ItemContent) => Int32Array.from(parts.cut(read(parts.textOf(item, options.fields)).map((word) => ids.get(word) ?? unknown), options.maxLength));
  return {
    specificationVersion, kind: 'tokenizer', name: parts.name, vocabularySize: special.length + words.length, vocabulary: [...special, ...words], fields: options.fields,
    fingerprint: parts.fingerprintOf({ options, words }),
    prepare: (items) => parts.prepared(Array.from(items, encode)),
    dispose: () => undefined,
  };
}

function wordsOf(text: string): string[] {
  return text.split(/\s+/u).filter((word) => word !== '');
}

/** A preprocessor as an encoder brings it along, for words known beforehand. */
export function honestPreprocessor(prepared: TokenizerParts['prepared'] = prepareHonestly): Preprocessor {
  return tokenizerOf(['the', 'of', 'a', 'add', 'area', 'four', 'two'], honestTokenizerOptions.parse({}), { ...honest, prepared });
}
