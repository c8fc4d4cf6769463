import { definePlugin, tokens } from '@gramkit/spec';
import { Dkt } from './dkt.js';
import { dktOptions } from './options.js';

export { Dkt } from './dkt.js';
export { dktOptions, type DktOptions } from './options.js';

/** `use: dkt`. */
export default definePlugin({
  specificationVersion: 1,
  kind: 'model',
  name: 'dkt',
  task: 'knowledge-tracing',
  description: 'Deep knowledge tracing: an LSTM over item encodings and responses predicts the next response.',
  options: dktOptions,
  dependencies: { dimension: tokens.itemDimension, seed: tokens.seed },
  create: ({ options, dimension, seed }) => new Dkt(dimension, seed, options),
});
