import { definePlugin, tokens } from '@gramkit/spec';
import { saktOptions } from './options.js';
import { Sakt } from './sakt.js';

export { saktOptions, type SaktOptions } from './options.js';
export { Sakt } from './sakt.js';

/** `use: sakt`. */
export default definePlugin({
  specificationVersion: 1,
  kind: 'model',
  name: 'sakt',
  task: 'knowledge-tracing',
  description: 'SAKT: the next item attends to past items and responses, which predicts its response.',
  options: saktOptions,
  dependencies: { dimension: tokens.itemDimension, seed: tokens.seed },
  create: ({ options, dimension, seed }) => new Sakt(dimension, seed, options),
});
