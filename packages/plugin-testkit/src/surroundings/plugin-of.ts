import type { ComponentKind, ComponentOf, PluginDefinition } from '@gramkit/spec';

/** A plugin of one kind, whatever its options and dependencies: what `definePlugin` returns is one. */
export type PluginOf<Kind extends ComponentKind> = Omit<PluginDefinition<Kind>, 'create' | 'taskOf'> & {
  create(given: Readonly<Record<string, unknown>>): Promise<ComponentOf[Kind]> | ComponentOf[Kind];
};
