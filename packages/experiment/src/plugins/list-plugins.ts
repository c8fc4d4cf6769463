import { readdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { type ComponentKind, componentKinds, formatError, isGramkitError } from '@gramkit/spec';
import { builtIns } from './built-in.js';
import { resolvePlugin } from './resolve-plugin.js';

/** A plugin that a configuration in a project can name. */
export interface ListedPlugin {
  readonly kind: ComponentKind;
  readonly name: string;
  /** Package that holds it. */
  readonly packageName: string;
  readonly source: 'built-in' | 'project';
  readonly description?: string;
  /** Why it cannot be used. */
  readonly problem?: string;
}

/** The built-in plugins and the packages `gramkit-KIND-NAME` that are installed for a project. Loads each of them. */
export async function listPlugins(projectDirectory: string): Promise<readonly ListedPlugin[]> {
  const listed: ListedPlugin[] = [];
  for (const { kind, name, packageName } of builtIns) listed.push(await describe({ kind, name, packageName, source: 'built-in' }, projectDirectory));
  for (const packageName of await pluginPackages(projectDirectory)) {
    const kind = componentKinds.find((candidate) => packageName.startsWith(`gramkit-${candidate}-`));
    if (kind === undefined) continue;
    listed.push(await describe({ kind, name: packageName.slice(`gramkit-${kind}-`.length), packageName, source: 'project' }, projectDirectory));
  }
  return listed;
}

async function describe(plugin: ListedPlugin, projectDirectory: string): Promise<ListedPlugin> {
  try {
    const { description } = await resolvePlugin(plugin.kind, plugin.name, { projectDirectory });
    return { ...plugin, description };
  } catch (error) {
    return { ...plugin, problem: isGramkitError(error) ? formatError(error) : String(error) };
  }
}

/** Packages whose name starts with `gramkit-`, in every `node_modules` from a folder upwards. */
async function pluginPackages(projectDirectory: string): Promise<readonly string[]> {
  const names = new Set<string>();
  let folder = resolve(projectDirectory);
  for (;;) {
    const entries = await readdir(join(folder, 'node_modules')).catch(() => []);
    for (const entry of entries) if (entry.startsWith('gramkit-')) names.add(entry);
    const parent = dirname(folder);
    if (parent === folder) return [...names].sort();
    folder = parent;
  }
}
