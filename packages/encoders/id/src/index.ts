import { definePlugin, tokens } from '@gramkit/spec';
import { IdEncoder } from './id-encoder.js';
import { idOptions } from './options.js';

export { IdEncoder } from './id-encoder.js';
export { idOptions, type IdOptions } from './options.js';

/** `use: id`. */
export default definePlugin({
  specificationVersion: 1,
  kind: 'encoder',
  name: 'id',
  description: 'NoContent: a trained vector per item. Reads no text, so the tokenizer of the configuration is not used.',
  options: idOptions,
  dependencies: { catalogue: tokens.trainingCatalogue, seed: tokens.seed },
  create: async ({ options, catalogue, seed }) =>
    new IdEncoder(await catalogue.derive('encoder-id.items', (items) => items.map(({ id }) => id)), seed, options),
});
