import type { WordsOptions } from './options.js';

/** The word that stands for every number under `numbers: one-word`. No text has it: brackets are no part of words. */
export const numberWord = '<number>';

/** How words are read: what of the options decides them. */
export type WordRules = Pick<WordsOptions, 'lowercase' | 'numbers'>;

// The locale is fixed, so that the machine's own has no influence; English follows Unicode's rules as they are, dictionaries of Thai, Chinese and Japanese among them.
const segmenter = new Intl.Segmenter('en', { granularity: 'word' });
const number = /^\p{Nd}+(?:[.,'’]\p{Nd}+)*$/u;

/**
 * The words of a text by Unicode's word boundaries (UAX 29), without punctuation and symbols: `don't`, `3.14` and `x2` are one word each,
 * `well-known` is two. Characters are composed (NFC), as word vectors have them.
 */
export function wordsOf(text: string, { lowercase, numbers }: WordRules): string[] {
  const words: string[] = [];
  for (const { segment, isWordLike } of segmenter.segment(text.normalize('NFC'))) {
    if (isWordLike !== true) continue;
    if (numbers === 'one-word' && number.test(segment)) words.push(numberWord);
    else words.push(lowercase ? segment.toLowerCase() : segment);
  }
  return words;
}
