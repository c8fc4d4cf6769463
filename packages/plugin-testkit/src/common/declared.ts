import { type Component, type ComponentKind, specificationVersion } from '@gramkit/spec';
import { demand } from '../check.js';
import type { PluginOf } from '../surroundings/plugin-of.js';
import { propertiesOf } from './option-schemas.js';

type AnyPlugin = Pick<PluginOf<ComponentKind>, 'specificationVersion' | 'kind' | 'name' | 'description' | 'options'>;

/** What the container, `gram plugins` and the configuration reference read of a plugin, and that its component says the same. */
export function demandDeclared(plugin: AnyPlugin, component: Component): void {
  demand(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(plugin.name), `the plugin is called '${plugin.name}'`, "take a name of small letters, digits and hyphens: a configuration says `use: NAME`, and the package is called gramkit-KIND-NAME.");
  demand(plugin.description.trim() !== '', 'the plugin has no description', 'write one sentence: `gram plugins` prints it.');
  demand(plugin.specificationVersion === specificationVersion, `the plugin is written for contract version ${plugin.specificationVersion}, and this is version ${specificationVersion}`, 'set `specificationVersion` to the one that @gramkit/spec exports.');
  demand(component.kind === plugin.kind && component.name === plugin.name, `the plugin is the ${plugin.kind} '${plugin.name}' and makes the ${component.kind} '${component.name}'`, 'give the component the kind and the name of its plugin.');
  demand(component.specificationVersion === plugin.specificationVersion, `the component is of contract version ${component.specificationVersion}, its plugin of ${plugin.specificationVersion}`, 'set `specificationVersion` of both to the one that @gramkit/spec exports.');
  const silent = propertiesOf(plugin.options).filter(([, { description }]) => description === undefined).map(([name]) => name);
  demand(silent.length === 0, `options without a description: ${silent.join(', ')}`, 'end their schemas with `.describe(…)`: one sentence each, printed in the configuration reference.');
}
