import {
  BertNormalizer, BertPreTokenizer, SequenceNormalizer, SequencePreTokenizer, type Normalizer, type PreTokenizer,
} from '@huggingface/tokenizers';
import { ExactBertNormalizer } from './exact-bert-normalizer.js';
import { ExactBertPreTokenizer } from './exact-bert-pre-tokenizer.js';

/** The normalizer with every BERT normalizer in it replaced by the exact one. */
export function exactNormalizer(normalizer: Normalizer | null): Normalizer | null {
  if (normalizer instanceof BertNormalizer) return new ExactBertNormalizer(normalizer.config);
  if (normalizer instanceof SequenceNormalizer) normalizer.normalizers = normalizer.normalizers.map(exactNormalizer);
  return normalizer;
}

/** The pre-tokenizer with every BERT pre-tokenizer in it replaced by the exact one. */
export function exactPreTokenizer(preTokenizer: PreTokenizer | null): PreTokenizer | null {
  if (preTokenizer instanceof BertPreTokenizer) return new ExactBertPreTokenizer();
  if (preTokenizer instanceof SequencePreTokenizer) preTokenizer.tokenizers = preTokenizer.tokenizers.map(exactPreTokenizer);
  return preTokenizer;
}
