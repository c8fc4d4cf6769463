import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { moduleResolve } from 'import-meta-resolve';
import { builtIns } from './built-in.js';
import { type PluginPackage, readPluginPackage } from './plugin-package.js';

/** The packages that hold the built-in plugins, as this package finds them; none of their code runs. */
export async function builtInPackages(): Promise<ReadonlyMap<string, PluginPackage>> {
  const found = new Map<string, PluginPackage>();
  for (const name of new Set(builtIns.map(({ packageName }) => packageName))) {
    const file = moduleResolve(`${name}/package.json`, new URL(import.meta.url), new Set(['node', 'import']));
    const read = await readPluginPackage(dirname(fileURLToPath(file)), name);
    if (read !== undefined) found.set(name, read);
  }
  return found;
}
