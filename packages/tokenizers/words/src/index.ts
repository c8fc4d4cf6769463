import path from 'node:path';
import { definePlugin, tokens } from '@gramkit/spec';
import { buildVocabulary } from './build-vocabulary.js';
import { wordsOptions } from './options.js';
import { createWordsTokenizer } from './words-tokenizer.js';

export { buildVocabulary, type VocabularyOptions } from './build-vocabulary.js';
export { wordsOptions, type WordsOptions } from './options.js';
export { createWordsTokenizer, type WordsTokenizer, type WordsTokenizerOptions } from './words-tokenizer.js';

/** `use: words`. */
export default definePlugin({
  specificationVersion: 1,
  kind: 'tokenizer',
  name: 'words',
  tokenUnit: 'word',
  description: 'Whole words, by a vocabulary out of the training items or a file of word vectors; it is kept with the run.',
  options: wordsOptions,
  dependencies: { catalogue: tokens.trainingCatalogue, baseDirectory: tokens.baseDirectory, logger: tokens.logger },
  create: async ({ options: { vectors, ...options }, catalogue, baseDirectory, logger }) => {
    const file = vectors === undefined ? {} : { vectors: path.resolve(baseDirectory, vectors) };
    return createWordsTokenizer(await catalogue.derive('tokenizer-words.vocabulary', (items) => buildVocabulary(items, { ...options, ...file }, logger)), options);
  },
});
