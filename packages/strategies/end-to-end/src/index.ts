import { definePlugin, specificationVersion, tokens } from '@gramkit/spec';
import { EndToEnd } from './end-to-end.js';
import { endToEndOptions } from './options.js';

export { EndToEnd } from './end-to-end.js';
export { endToEndOptions, type EndToEndOptions } from './options.js';

export default definePlugin({
  specificationVersion,
  kind: 'strategy',
  name: 'end-to-end',
  description: 'E2E, the reference: encodes the item of every interaction and back-propagates through each.',
  options: endToEndOptions,
  dependencies: {
    engine: tokens.engine,
    itemEncoder: tokens.itemEncoder,
    sequenceModel: tokens.sequenceModel,
    encoderOptimizer: tokens.encoderOptimizer,
    sequenceModelOptimizer: tokens.sequenceModelOptimizer,
  },
  create: ({ options, ...pair }) => new EndToEnd(pair, options),
});
