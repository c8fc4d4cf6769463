import { createHash } from 'node:crypto';
import { type Preprocessor, specificationVersion } from '@gramkit/spec';
import { PreparedTexts, textOfItem } from '@gramkit/tensor';
import type { WordsOptions } from './options.js';
import { wordsOf } from './words-of.js';

/** Changes when the same vocabulary would give other ids. */
const encodingVersion = 1;

/** Ids before those of words. */
const specialWords = ['<padding>', '<unknown>'] as const;
const unknownId = specialWords.indexOf('<unknown>');

/** What decides the ids of an item, beside the vocabulary. */
export type WordsTokenizerOptions = Pick<WordsOptions, 'fields' | 'maxLength' | 'lowercase' | 'numbers'>;

/** A tokenizer of whole words. */
export interface WordsTokenizer extends Preprocessor {
  readonly vocabulary: readonly string[];
  /** Ids of the words of one text, int32 `[length]`, cut to `maxLength`. */
  encodeText(text: string): Int32Array;
}

/**
 * Whole words as ids: 0 is padding, 1 a word without an id of its own, from 2 on `words` in their order. A text without a word has
 * one, which is unknown, since an encoder needs something to read.
 */
export function createWordsTokenizer(words: readonly string[], options: WordsTokenizerOptions): WordsTokenizer {
  const vocabulary = [...specialWords, ...words];
  const ids = new Map(words.map((word, index) => [word, index + specialWords.length]));
  const encodeText = (text: string): Int32Array => {
    const found = wordsOf(text, options).slice(0, options.maxLength);
    return found.length === 0 ? Int32Array.of(unknownId) : Int32Array.from(found, (word) => ids.get(word) ?? unknownId);
  };
  return {
    specificationVersion,
    kind: 'tokenizer',
    name: 'words',
    vocabularySize: vocabulary.length,
    vocabulary,
    fingerprint: fingerprintOf(words, options),
    fields: options.fields,
    encodeText,
    prepare: (items) => PreparedTexts.of(Array.from(items, (item) => encodeText(textOfItem(item, options.fields))), 0),
    dispose: () => undefined,
  };
}

/** Word boundaries are those of a version of Unicode. */
function fingerprintOf(words: readonly string[], { fields, maxLength, lowercase, numbers }: WordsTokenizerOptions): string {
  const decisive = { encodingVersion, unicode: process.versions.unicode, fields, maxLength, lowercase, numbers, words };
  return createHash('sha256').update(JSON.stringify(decisive)).digest('hex');
}
