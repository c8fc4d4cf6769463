import { definePlugin, tokens } from '@gramkit/spec';
import { z } from 'zod';
import type { OptimizerPlugin } from '../optimizer-trial.js';
import { Momentum, type MomentumBug } from './momentum.js';

export function momentumPlugin(bug?: MomentumBug, options: z.ZodType = z.strictObject({})): OptimizerPlugin {
  return definePlugin({
    specificationVersion: 1,
    kind: 'optimizer',
    name: 'momentum',
    description: 'Of the tests alone.',
    options,
    dependencies: { weights: tokens.optimizedWeights },
    create: ({ weights }) => new Momentum(weights, bug),
  });
}

/** Bugs, and the one check that must find each. */
export const plantedBugs: readonly { readonly check: string; readonly bug: string; readonly plugin: OptimizerPlugin }[] = [
  ...([
    ['declares what it is', 'is called otherwise'],
    ['descends', 'ascends numbers'],
    ['is deterministic', 'draws its rate'],
    ['goes on from its state', 'forgets slots'],
    ['follows the rate factor', 'ignores rate factors'],
    ['counts its steps', 'counts gradients'],
    ['keeps frozen weights', 'decays frozen weights'],
    ['takes a missing gradient as zeros', 'skips missing gradients'],
    ['adds up gradients of rows', 'takes means of rows'],
    ['changes nothing where it refuses gradients', 'checks as it goes'],
    ['leaks no tensors', 'keeps tensors'],
    ['throws errors with codes', 'throws plain errors'],
  ] as const).map(([check, bug]) => ({ check, bug, plugin: momentumPlugin(bug) })),
  { check: 'refuses unknown options', bug: 'has a schema that is not strict', plugin: momentumPlugin(undefined, z.object({})) },
];
