import { BertPreTokenizer } from '@huggingface/tokenizers';
import { characterClass } from './bert-characters.js';

const separators = characterClass('whitespaceOfSplitting');
const punctuation = characterClass('punctuation');
const word = new RegExp(`[^${separators}${punctuation}]+|[${punctuation}]`, 'gu');

/** Splits at whitespace and around every punctuation character, with the Rust library's idea of both (Node's depends on its version). */
export class ExactBertPreTokenizer extends BertPreTokenizer {
  override pre_tokenize_text(text: string): string[] {
    return text.match(word) ?? [];
  }
}
