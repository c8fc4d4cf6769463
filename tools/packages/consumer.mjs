import { entryPoints } from '../workspace/entry-points.mjs';

/** A configuration that trains within seconds. */
export const tinyExperiment = `
seed: 1
data: { use: generated, users: 48, items: 24, interactionsPerUser: 10 }
tokenizer: { maxLength: 16 }
encoder: { use: bert }
model: { use: dkt, hidden: 16, layers: 1 }
strategy: { use: multi-step, interval: 1e, warmUpEpochs: 0, settlingEpochs: 0 }
training: { epochs: 1, batchSize: 8 }
`;

function specifiersOf(packed) {
  return packed.flatMap(({ manifest }) => entryPoints(manifest)).map(({ specifier }) => specifier);
}

/** A module that imports everything and says how much each exports; it fails where one exports nothing. */
export function importAll(packed) {
  return `for (const specifier of ${JSON.stringify(specifiersOf(packed))}) {
  const names = Object.keys(await import(specifier));
  if (names.length === 0) throw new Error(specifier + ' exports nothing');
  console.log(specifier, names.length);
}
`;
}

/** A user's TypeScript: every entry point, and a plugin whose types flow from its options and dependencies into \`create\`. */
export function typedConsumer(packed) {
  const specifiers = specifiersOf(packed);
  return `${specifiers.map((specifier, index) => `import * as entry${index} from '${specifier}';`).join('\n')}
import { definePlugin, GramkitError, tokens, type PluginDefinition } from '@gramkit/spec';
import { z } from 'zod';

export const entries = [${specifiers.map((_, index) => `entry${index}`).join(', ')}];

const plugin = definePlugin({
  specificationVersion: 1,
  kind: 'encoder',
  name: 'typed',
  description: 'Never created.',
  options: z.strictObject({ dimension: z.int().default(8) }),
  dependencies: { seed: tokens.seed },
  create: ({ options, seed }) => {
    const sum: number = options.dimension + seed;
    throw new GramkitError('PLUGIN_INVALID', String(sum));
  },
});
export const kind: PluginDefinition['kind'] = plugin.kind;
// @ts-expect-error: an encoder is no strategy, so types are not lost on the way.
export const wrong: 'strategy' = plugin.kind;
`;
}

export const typedConsumerSettings = JSON.stringify({
  compilerOptions: { module: 'nodenext', target: 'es2022', strict: true, noEmit: true, types: ['node'] },
  files: ['consumer.ts'],
});
