import { type ComponentKind, type ComponentOf, definePlugin, type DependencyTokens, type Plugin, specificationVersion, type Task, tokens } from '@gramkit/spec';
import { z } from 'zod';

/** A plugin whose component is an object with the given parts: enough to test what composes components. */
export function fakePlugin(kind: ComponentKind, name: string, parts: object = {}, more: { options?: z.ZodType; dependencies?: DependencyTokens; task?: Task; created?: unknown[] } = {}): Plugin {
  return definePlugin({
    specificationVersion,
    kind,
    name,
    description: `a ${kind} for tests`,
    options: more.options ?? z.strictObject({}),
    dependencies: more.dependencies ?? {},
    ...(more.task === undefined ? {} : { task: more.task }),
    create: (given) => {
      more.created?.push(given);
      return { specificationVersion, kind, name, dispose: () => undefined, ...parts } as unknown as ComponentOf[ComponentKind];
    },
  }) as unknown as Plugin;
}

const learning = z.strictObject({ learningRate: z.number().positive().default(0.5).describe('step size') });

/** A whole run of fakes: `plain` everywhere. */
export const fakePlugins: readonly Plugin[] = [
  fakePlugin('reader', 'plain', { task: 'knowledge-tracing' }, { task: 'knowledge-tracing', options: z.strictObject({ path: z.string().default('data') }) }),
  fakePlugin('tokenizer', 'plain', { vocabularySize: 10 }),
  fakePlugin('encoder', 'plain', { dimension: 4, vocabularySize: 10, weights: [] }, { options: z.strictObject({ pooling: z.enum(['mean', 'cls']).default('mean') }) }),
  fakePlugin('model', 'plain', { task: 'knowledge-tracing', weights: [] }, { task: 'knowledge-tracing', options: z.strictObject({ hidden: z.int().min(1).default(8) }), dependencies: { itemDimension: tokens.itemDimension } }),
  fakePlugin('strategy', 'plain', {}, { options: z.strictObject({ interval: z.union([z.int().min(1), z.string().regex(/^\d*\.?\d+e$/).transform((text) => ({ epochs: Number.parseFloat(text) }))]).prefault('1e') }) }),
  fakePlugin('optimizer', 'plain', {}, { options: learning, dependencies: { weights: tokens.optimizedWeights, seed: tokens.seed } }),
];

/** A configuration of nothing but fakes. */
export const fakeConfiguration = `
data: { use: plain }
tokenizer: { use: plain }
encoder: { use: plain }
model: { use: plain }
strategy: { use: plain }
optimizers: { encoder: { use: plain }, model: { use: plain } }
`;
