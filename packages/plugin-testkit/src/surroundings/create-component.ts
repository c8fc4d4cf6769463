import { defaultModelDirectory } from '@gramkit/engine-tensorflow';
import { type ComponentKind, type ComponentOf, type Resolved, tokens } from '@gramkit/spec';
import { z } from 'zod';
import { demand } from '../check.js';
import type { PluginSubject } from '../subject.js';
import { derivedCatalogue } from './derived-catalogue.js';
import { engineFor } from './engines.js';
import { exampleItems } from './example-items.js';
import type { PluginOf } from './plugin-of.js';

/** Values for what plugins depend on, by the names of `tokens`. */
export type Provided = Partial<Resolved<typeof tokens>>;

const silentLogger = { metrics: () => undefined, message: () => undefined, progress: () => undefined };

/** What every check provides; the rest belongs to a kind (`itemEncoder` for a strategy, `optimizedWeights` for an optimizer). */
async function surroundingsOf({ dependencies }: Pick<PluginOf<ComponentKind>, 'dependencies'>, subject: PluginSubject): Promise<Provided> {
  // TensorFlow is loaded for those who ask for it alone: a reader of files needs none.
  const computes = Object.values(dependencies).some(({ key }) => key === tokens.engine.key);
  return {
    ...(computes && { engine: await engineFor('compiled') }),
    logger: silentLogger,
    seed: 1,
    baseDirectory: subject.baseDirectory ?? process.cwd(),
    defaultModelDirectory: subject.defaultModelDirectory ?? defaultModelDirectory(),
    trainingCatalogue: derivedCatalogue(subject.items ?? exampleItems),
    encodingStore: { obtain: async (_of, _limitBytes, make) => ({ encodings: await make(), kept: false }) },
  };
}

/**
 * The component that a plugin makes of the subject's options, as a run would: options through the plugin's schema, then `create` with the
 * dependencies that it declares. The caller disposes it.
 * @throws ConformanceFailure where the schema refuses the options, or a dependency is none that a component of this kind can have.
 */
export async function createComponent<Kind extends ComponentKind>(plugin: PluginOf<Kind>, subject: PluginSubject, provided: Provided = {}): Promise<ComponentOf[Kind]> {
  const parsed = await plugin.options.safeParseAsync(subject.options ?? {});
  demand(parsed.success, `the options of the subject are refused:\n${parsed.error === undefined ? '' : z.prettifyError(parsed.error)}`, 'give `options` that the schema of the plugin takes, as they would stand in a configuration.');
  return plugin.create({ options: parsed.data, ...dependenciesOf(plugin, { ...(await surroundingsOf(plugin, subject)), ...provided }) });
}

function dependenciesOf(plugin: Pick<PluginOf<ComponentKind>, 'kind' | 'dependencies'>, provided: Provided): Record<string, unknown> {
  const values = new Map(Object.entries(provided).map(([name, value]) => [tokens[name as keyof typeof tokens].key, value as unknown]));
  return Object.fromEntries(Object.entries(plugin.dependencies).map(([name, token]) => {
    demand(values.has(token.key), `the plugin depends on ${token.description} ('${name}'), which no ${plugin.kind} is given here`, `declare dependencies out of \`tokens\` of @gramkit/spec that a ${plugin.kind} can have.`);
    return [name, values.get(token.key)];
  }));
}
