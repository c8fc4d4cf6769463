import { definePlugin, specificationVersion, tokens } from '@gramkit/spec';
import { MultiStep } from './multi-step.js';
import { multiStepOptions } from './options.js';

export { MultiStep } from './multi-step.js';
export { multiStepOptions, type MultiStepOptions } from './options.js';
export { createSchedule, type Schedule } from './schedule.js';

export default definePlugin({
  specificationVersion,
  kind: 'strategy',
  name: 'multi-step',
  description: 'Multi-step GRAM: the sequence model runs on moving rows for a window of steps, then the encoder is trained towards them.',
  // How many rows a window moves, and with them the encoder's updates, the data decides.
  uncountedUpdates: ['encoder'],
  options: multiStepOptions,
  dependencies: {
    engine: tokens.engine,
    itemEncoder: tokens.itemEncoder,
    sequenceModel: tokens.sequenceModel,
    encoderOptimizer: tokens.encoderOptimizer,
    sequenceModelOptimizer: tokens.sequenceModelOptimizer,
  },
  create: ({ options, ...pair }) => new MultiStep(pair, options),
});
