import { GramkitError, type ItemContent, type RunLogger } from '@gramkit/spec';
import { textOfItem, wordVectorLines } from '@gramkit/tensor';
import type { WordsOptions } from './options.js';
import { numberWord, wordsOf } from './words-of.js';

/** Options with the file of word vectors as a path to open. */
export type VocabularyOptions = Omit<WordsOptions, 'maxLength'>;

/**
 * The words that get an id, the first of them first: by descending count in the items, equal counts in the order of their code units; or in
 * the order of the file of word vectors.
 * @throws GramkitError DATA_EMPTY where there is none; MODEL_FILE_MISSING, MODEL_FILE_CORRUPT of the file; DATA_MISSING of a field.
 */
export async function buildVocabulary(items: readonly ItemContent[], options: VocabularyOptions, logger: Pick<RunLogger, 'message'>): Promise<string[]> {
  const counts = countWords(items, options);
  const words = options.vocabulary === 'catalogue' ? await wordsOfCatalogue(counts, options) : await firstWords(options.vectors!, options.maximumSize);
  const known = words.reduce((sum, word) => sum + (counts.get(word) ?? 0), 0);
  const total = Array.from(counts.values()).reduce((sum, count) => sum + count, 0);
  if (known === 0) throw withoutWords(total, options);
  logger.message('info', `the vocabulary has ${words.length} words: ${((100 * known) / total).toFixed(1)}% of the ${total} words of the items`);
  return words;
}

function countWords(items: readonly ItemContent[], options: VocabularyOptions): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const item of items) {
    for (const word of wordsOf(textOfItem(item, options.fields), options)) counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return counts;
}

async function wordsOfCatalogue(counts: ReadonlyMap<string, number>, { minimumCount, maximumSize, vectors }: VocabularyOptions): Promise<string[]> {
  const frequent = new Map(Array.from(counts).filter(([, count]) => count >= minimumCount));
  const candidates = vectors === undefined ? Array.from(frequent) : await withVectors(frequent, vectors);
  return candidates.sort(([one, count], [other, otherCount]) => otherCount - count || (one < other ? -1 : 1)).slice(0, maximumSize).map(([word]) => word);
}

/** Those that the file has; the word for numbers, which no file has, stays. */
async function withVectors(counts: ReadonlyMap<string, number>, file: string): Promise<[string, number][]> {
  const found = new Map<string, number>();
  const numbers = counts.get(numberWord);
  if (numbers !== undefined) found.set(numberWord, numbers);
  for await (const { word } of wordVectorLines(file)) {
    const count = counts.get(word);
    if (count !== undefined) found.set(word, count);
  }
  return Array.from(found);
}

async function firstWords(file: string, size: number): Promise<string[]> {
  const words = new Set<string>();
  for await (const { word } of wordVectorLines(file)) {
    words.add(word);
    if (words.size === size) break;
  }
  return Array.from(words);
}

function withoutWords(total: number, { vectors, minimumCount, fields }: VocabularyOptions): GramkitError {
  if (total === 0) return new GramkitError('DATA_EMPTY', `there is no word in the items (fields read: ${fields.join(', ')})`, { field: 'fields', fix: 'Name the fields that hold text under `fields` of the tokenizer.' });
  if (vectors !== undefined) return new GramkitError('DATA_EMPTY', `none of the ${total} words of the items is among the word vectors`, { file: vectors, field: 'vectors', fix: 'Give vectors of the language of the items; set `lowercase: false` where they know capitals.' });
  return new GramkitError('DATA_EMPTY', `no word stands in the items ${minimumCount} times`, { field: 'minimumCount', fix: 'Lower it.' });
}
