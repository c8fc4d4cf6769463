import { type ComponentKind, GramkitError, isPlugin, type Plugin, specificationVersion } from '@gramkit/spec';

/**
 * What a module gave, if it is a plugin of the wanted kind and of this specification.
 * @throws GramkitError PLUGIN_INVALID, saying what the module exported instead; PLUGIN_VERSION, naming both versions; PLUGIN_MISMATCH for another kind.
 */
export function checkPlugin(found: unknown, kind: ComponentKind, origin: string, exported: readonly string[] = []): Plugin {
  if (!isPlugin(found)) {
    throw new GramkitError('PLUGIN_INVALID', `${origin} is no plugin: expected a default export made by definePlugin, found ${describe(found)}`, {
      fix: "Write 'export default definePlugin({ … })' (definePlugin is in @gramkit/spec).",
      ...(exported.length === 0 ? {} : { alternatives: [...exported].sort().map((name) => `export '${name}'`) }),
    });
  }
  const version: number = found.specificationVersion;
  if (version !== specificationVersion) {
    throw new GramkitError('PLUGIN_VERSION', `${origin} ('${found.name}') is written for specification version ${version}; this Gramkit has version ${specificationVersion}`, {
      fix: version > specificationVersion ? 'Update Gramkit.' : `Install a release of the plugin for version ${specificationVersion}.`,
    });
  }
  if (found.kind !== kind) {
    throw new GramkitError('PLUGIN_MISMATCH', `${origin} is a plugin of kind '${found.kind}' ('${found.name}'); a ${kind} is needed here`, {
      fix: `Name it where a ${found.kind} is configured, or name a ${kind}.`,
    });
  }
  return found;
}

function describe(value: unknown): string {
  if (value === undefined) return 'no default export';
  if (value === null) return 'null';
  if (typeof value === 'function') return `a function${value.name === '' ? '' : ` '${value.name}'`}`;
  if (typeof value !== 'object') return `a ${typeof value}`;
  const keys = Object.keys(value);
  return keys.length === 0 ? 'an empty object' : `an object with the keys ${keys.slice(0, 8).join(', ')}`;
}
