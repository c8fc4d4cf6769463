import { type ComponentKind, componentKinds, GramkitError, isPlugin, type Plugin, specificationVersion } from '@gramkit/spec';

/** Where something that should be a plugin comes from. */
export interface PluginOrigin {
  /** As a message names it: `the package gramkit-encoder-ngrams 1.2.0 (/home/…/node_modules/gramkit-encoder-ngrams)`. */
  readonly label: string;
  /** Of a package: the name that a fix tells npm. */
  readonly packageName?: string;
}

/**
 * Something that a module exports, if it is a plugin of the wanted kind (any, where none is given) and of this specification.
 * @throws GramkitError PLUGIN_INVALID where it is none; PLUGIN_VERSION, naming both versions; PLUGIN_MISMATCH for another kind.
 */
export function checkPlugin(found: unknown, origin: PluginOrigin, kind?: ComponentKind): Plugin {
  if (!isPlugin(found)) {
    throw new GramkitError('PLUGIN_INVALID', `${origin.label} is no plugin: expected what definePlugin made, found ${describe(found)}`, { fix: definitionFix });
  }
  checkVersion(found.specificationVersion, `${origin.label} ('${found.name}')`, origin);
  checkParts(found, origin);
  if (kind !== undefined && found.kind !== kind) throw kindMismatch(found, origin, kind);
  return found;
}

export const definitionFix = "Write 'export default definePlugin({ … })' (definePlugin is in @gramkit/spec), compiled to an ES module.";

/** @throws GramkitError PLUGIN_VERSION for any version but this one's */
export function checkVersion(version: number, label: string, { packageName }: PluginOrigin): void {
  if (version === specificationVersion) return;
  throw new GramkitError('PLUGIN_VERSION', `${label} is written for specification version ${version}; this Gramkit has version ${specificationVersion}`, { fix: versionFix(version, packageName) });
}

function versionFix(version: number, packageName: string | undefined): string {
  if (version > specificationVersion) return 'Update Gramkit in the project: npm install @gramkit/cli@latest';
  if (packageName === undefined) return `Build it with @gramkit/spec of specification version ${specificationVersion}.`;
  return `Install a release for specification version ${specificationVersion}: npm install ${packageName}@latest`;
}

export function kindMismatch(found: { readonly kind: ComponentKind; readonly name: string }, origin: PluginOrigin, kind: ComponentKind): GramkitError {
  return new GramkitError('PLUGIN_MISMATCH', `${origin.label} is a plugin of kind '${found.kind}' ('${found.name}'); a ${kind} is needed here`, {
    fix: `Name it where a ${found.kind} is configured, or name a ${kind}.`,
  });
}

/** What `definePlugin` asks for is types, and a plugin may be written without them. */
function checkParts(plugin: Plugin, { label, packageName }: PluginOrigin): void {
  const refuse = (field: string, expected: string, fix = `Correct what is given to definePlugin.`): never => {
    throw new GramkitError('PLUGIN_INVALID', `${label} cannot be used: its '${field}' must be ${expected}`, { field, fix });
  };
  if (!componentKinds.includes(plugin.kind)) refuse('kind', `one of ${componentKinds.join(', ')}`);
  if (typeof plugin.name !== 'string' || plugin.name === '') refuse('name', 'a text');
  if (typeof plugin.create !== 'function') refuse('create', 'a function');
  if (!isSchema(plugin.options)) refuse('options', 'a schema of zod 4', `Install zod 4 where the plugin is built: npm install zod@4${packageName === undefined ? '' : ` (in ${packageName})`}`);
  if (!isDependencies(plugin.dependencies)) refuse('dependencies', "an object of tokens of @gramkit/spec, {} where it needs nothing");
}

/** Any copy of zod 4 makes schemas of this form; zod 3 has no `_zod`. */
function isSchema(value: unknown): boolean {
  return typeof value === 'object' && value !== null && '_zod' in value && typeof (value as { safeParseAsync?: unknown }).safeParseAsync === 'function';
}

function isDependencies(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.values(value).every((token: unknown) => typeof (token as { key?: unknown } | null)?.key === 'symbol');
}

/** What stands where a plugin should, in words. */
export function describe(value: unknown): string {
  if (value === undefined) return 'no default export';
  if (value === null) return 'null';
  if (typeof value === 'function') return `a function${value.name === '' ? '' : ` '${value.name}'`}`;
  if (typeof value !== 'object') return `a ${typeof value}`;
  const keys = Object.keys(value);
  return keys.length === 0 ? 'an empty object' : `an object with the keys ${keys.slice(0, 8).join(', ')}`;
}
