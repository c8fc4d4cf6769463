import path from 'node:path';
import { definePlugin, tokens } from '@gramkit/spec';
import { BilstmEncoder } from './bilstm-encoder.js';
import { bilstmOptions } from './options.js';
import { wordTable } from './word-table.js';

export { BilstmEncoder } from './bilstm-encoder.js';
export { bilstmOptions, type BilstmOptions } from './options.js';
export { type WordTable, wordTable } from './word-table.js';

/** `use: bilstm`. */
export default definePlugin({
  specificationVersion: 1,
  kind: 'encoder',
  name: 'bilstm',
  description: 'EERNN: word vectors, a bidirectional LSTM and the elementwise maximum of its states.',
  options: bilstmOptions,
  dependencies: { tokenizer: tokens.tokenizer, baseDirectory: tokens.baseDirectory, logger: tokens.logger, seed: tokens.seed },
  create: async ({ options: { vectors, ...options }, tokenizer, baseDirectory, logger, seed }) => {
    const file = vectors === undefined ? {} : { vectors: path.resolve(baseDirectory, vectors) };
    return new BilstmEncoder(await wordTable(tokenizer, { ...file, ...(options.wordDimension !== undefined && { wordDimension: options.wordDimension }) }, logger), seed, options);
  },
});
