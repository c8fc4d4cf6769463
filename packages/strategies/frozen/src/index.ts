import { definePlugin, specificationVersion, tokens } from '@gramkit/spec';
import { Frozen } from './frozen.js';
import { frozenOptions } from './options.js';

export { Frozen, type FrozenParts } from './frozen.js';
export { frozenOptions, type FrozenOptions } from './options.js';

export default definePlugin({
  specificationVersion,
  kind: 'strategy',
  name: 'frozen',
  description: 'Encodes the catalogue once, or takes its encodings from an earlier run, and trains the sequence model alone.',
  options: frozenOptions,
  dependencies: {
    engine: tokens.engine,
    itemEncoder: tokens.itemEncoder,
    sequenceModel: tokens.sequenceModel,
    sequenceModelOptimizer: tokens.sequenceModelOptimizer,
    encodingStore: tokens.encodingStore,
  },
  create: ({ options, ...parts }) => new Frozen(parts, options),
});
