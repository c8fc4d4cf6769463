import { BertNormalizer } from '@huggingface/tokenizers';
import { characterPattern } from './bert-characters.js';

const removed = characterPattern('removedByCleaning');
const whitespace = characterPattern('whitespaceOfCleaning');
const chinese = characterPattern('chinese');
const accents = characterPattern('nonspacingMarks');
/** Keeps its matches in the result of `split`: every other part is a run of these characters. */
const undecomposed = new RegExp(`(${characterPattern('undecomposed').source}+)`, 'u');

/**
 * The BERT normalizer with the results of the Rust library, from which the JavaScript library's differs in five ways:
 * it removes unassigned code points, knows Chinese characters of the basic plane only, lowers a final sigma by its context,
 * lowers before it strips accents, and takes its character classes and decompositions from whatever Unicode version Node carries.
 */
export class ExactBertNormalizer extends BertNormalizer {
  override normalize(text: string): string {
    const { clean_text, handle_chinese_chars, lowercase, strip_accents } = this.config;
    let normalized = text;
    if (clean_text) normalized = normalized.replace(removed, '').replace(whitespace, ' ');
    if (handle_chinese_chars) normalized = normalized.replace(chinese, ' $& ');
    if (strip_accents ?? lowercase) normalized = decompose(normalized).replace(accents, '');
    return lowercase ? lower(normalized) : normalized;
  }
}

/** Canonical decomposition as of the Unicode version that the Rust library has: later characters are left alone, and in place. */
function decompose(text: string): string {
  return text.split(undecomposed).map((part, index) => (index % 2 === 1 ? part : part.normalize('NFD'))).join('');
}

/** Lower case of every character by itself. Sigma is the one letter that JavaScript lowers by its context. */
function lower(text: string): string {
  return text.replaceAll('Σ', 'σ').toLowerCase();
}
