import { definePlugin, tokens } from '@gramkit/spec';
import { Nrms } from './nrms.js';
import { nrmsOptions } from './options.js';

export { Nrms } from './nrms.js';
export { nrmsOptions, type NrmsOptions } from './options.js';

/** `use: nrms`. */
export default definePlugin({
  specificationVersion: 1,
  kind: 'model',
  name: 'nrms',
  task: 'recommendation',
  description: 'NRMS: self-attention over the encodings of what a user clicked scores candidates.',
  options: nrmsOptions,
  dependencies: { dimension: tokens.itemDimension, seed: tokens.seed },
  create: ({ options, dimension, seed }) => new Nrms(dimension, seed, options),
});
