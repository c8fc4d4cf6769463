import { definePlugin, specificationVersion, tokens } from '@gramkit/spec';
import { speedyFeedOptions } from './options.js';
import { SpeedyFeed } from './speedy-feed.js';

export { speedyFeedOptions, type SpeedyFeedOptions } from './options.js';
export { SpeedyFeed } from './speedy-feed.js';

export default definePlugin({
  specificationVersion,
  kind: 'strategy',
  name: 'speedy-feed',
  description: 'SpeedyFeed: encodings are used again for some steps, without a gradient, and only the other items are encoded.',
  options: speedyFeedOptions,
  dependencies: {
    engine: tokens.engine,
    itemEncoder: tokens.itemEncoder,
    sequenceModel: tokens.sequenceModel,
    encoderOptimizer: tokens.encoderOptimizer,
    sequenceModelOptimizer: tokens.sequenceModelOptimizer,
  },
  create: ({ options, ...pair }) => new SpeedyFeed(pair, options),
});
