import { definePlugin, specificationVersion, tokens } from '@gramkit/spec';
import { singleStepOptions } from './options.js';
import { SingleStep } from './single-step.js';

export { singleStepOptions, type SingleStepOptions } from './options.js';
export { SingleStep } from './single-step.js';

export default definePlugin({
  specificationVersion,
  kind: 'strategy',
  name: 'single-step',
  description: "Single-step GRAM: encodes each unique item of a batch once; the encoder's gradient is that of end-to-end, exactly.",
  options: singleStepOptions,
  dependencies: {
    engine: tokens.engine,
    itemEncoder: tokens.itemEncoder,
    sequenceModel: tokens.sequenceModel,
    encoderOptimizer: tokens.encoderOptimizer,
    sequenceModelOptimizer: tokens.sequenceModelOptimizer,
  },
  create: ({ options, ...pair }) => new SingleStep(pair, options),
});
