import { definePlugin, tokens } from '@gramkit/spec';
import type { Weight } from '@gramkit/spec';
import { z } from 'zod';
import { Adam, momentOptions } from './adam.js';
import type { WeightDecay } from './adam.js';
import { missingUpdateCount } from './schedule.js';

export const adamwOptions = z.strictObject({
  ...momentOptions,
  weightDecay: z.number().min(0).default(0.01).describe('decoupled weight decay: each update takes this times its learning rate off the weights that decay'),
  decayVectors: z.boolean().default(false).describe('Whether biases and the scales and offsets of norms decay too; left out, only matrices do: weights of two dimensions or more, word tables among them.'),
});
export type AdamWOptions = z.output<typeof adamwOptions>;

/** AdamW (Loshchilov and Hutter, 2019, algorithm 2): Adam, and weights that decay apart from their gradients. */
export function createAdamW(weights: readonly Weight[], { weightDecay, decayVectors, ...options }: AdamWOptions): Adam {
  const decay: WeightDecay = { rate: weightDecay, decays: ({ variable }) => decayVectors || variable.rank >= 2 };
  return new Adam(weights, { ...options, lazyTables: false }, decay);
}

/** `use: adamw`. */
export const adamwPlugin = definePlugin({
  specificationVersion: 1,
  kind: 'optimizer',
  name: 'adamw',
  description: 'Adam with decoupled weight decay, by default not on biases and norms.',
  options: adamwOptions,
  missingUpdateCount,
  dependencies: { weights: tokens.optimizedWeights },
  create: ({ options, weights }) => createAdamW(weights, options),
});
