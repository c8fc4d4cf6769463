import { type ComponentKind, GramkitError, isGramkitError, isPlugin, type Plugin } from '@gramkit/spec';
import { checkPlugin, definitionFix, describe, kindMismatch, type PluginOrigin } from './check-plugin.js';

type Exports = Readonly<Record<string, unknown>>;

/**
 * Runs a module. tfjs-core is loaded before: all of its copies share the engine of the first, which must not be an older one that a plugin brings.
 * @throws GramkitError PLUGIN_INVALID where it cannot run; whatever GramkitError its own code throws.
 */
export async function loadModule(url: string, origin: PluginOrigin): Promise<Exports> {
  await import('@tensorflow/tfjs-core');
  try {
    return (await import(/* @vite-ignore */ url)) as Exports;
  } catch (cause) {
    if (isGramkitError(cause)) throw cause;
    throw new GramkitError('PLUGIN_INVALID', `${origin.label} cannot be loaded: ${messageOf(cause)}`, { fix: loadingFix(cause), cause });
  }
}

/** What to do about a module that does not load, by what Node says of it. */
function loadingFix(cause: unknown): string {
  const missing = /Cannot find package '((?:@[^/']+\/)?[^/']+)/.exec(messageOf(cause))?.[1];
  if (missing !== undefined) return `Install what it needs, in the project: npm install ${missing}`;
  switch ((cause as NodeJS.ErrnoException | null)?.code) {
    case 'ERR_UNKNOWN_FILE_EXTENSION':
      return 'Name the JavaScript file that it is built to: Node runs no TypeScript.';
    case 'ERR_PACKAGE_PATH_NOT_EXPORTED':
    case 'ERR_REQUIRE_ESM':
      return `It is compiled to CommonJS, which cannot require an ES module such as @gramkit/spec. ${esModuleFix}`;
    default:
      return 'It must be an ES module that this Node can run, with its own dependencies installed. GRAMKIT_DEBUG=1 shows where it failed.';
  }
}

const esModuleFix = `Publish it as an ES module: "type": "module" in its package.json, built by: npx tsup src/index.ts --format esm --dts`;

/**
 * The plugin of a kind that a module exports: its default export, else the only plugin of the kind among its named ones.
 * @throws GramkitError PLUGIN_NOT_FOUND where several named exports are meant alike; PLUGIN_INVALID, saying what the module exports instead;
 * PLUGIN_MISMATCH where it has plugins of other kinds alone; PLUGIN_VERSION.
 */
export function pluginAmong(exported: Exports, kind: ComponentKind, origin: PluginOrigin): Plugin {
  const all = exportedPlugins(exported);
  const isWanted = (plugin: Plugin): boolean => plugin.kind === kind;
  const [first, ...others] = all.filter(isWanted);
  if (first === undefined) throw noneWanted(exported, all, kind, origin);
  if (others.length === 0 || first === exported['default']) return checkPlugin(first, origin, kind);
  throw new GramkitError('PLUGIN_NOT_FOUND', `${origin.label} exports ${others.length + 1} plugins of kind '${kind}', none of them by default`, {
    alternatives: [first, ...others].map(({ name }) => name),
    fix: 'Name the path of its exports that holds the one you mean (PACKAGE/PATH); its author must give each such a path.',
  });
}

function noneWanted(exported: Exports, plugins: readonly Plugin[], kind: ComponentKind, origin: PluginOrigin): GramkitError {
  const [other] = plugins;
  if (other !== undefined) return kindMismatch(other, origin, kind);
  return new GramkitError('PLUGIN_INVALID', `${origin.label} exports no plugin: expected a default export made by definePlugin, found ${describe(exported['default'])}`, {
    fix: isPlugin(defaultOf(exported['default'])) ? `The plugin is the 'default' of its default export, which is how CommonJS looks from an ES module. ${esModuleFix}` : definitionFix,
    alternatives: namedExports(exported).map((name) => `export '${name}'`),
  });
}

/** Every plugin that a module exports, the default one first, each once. */
export function exportedPlugins(exported: Exports): readonly Plugin[] {
  return [...new Set([exported['default'], ...namedExports(exported).map((name) => exported[name])].filter(isPlugin))];
}

function namedExports(exported: Exports): readonly string[] {
  return Object.keys(exported).filter((name) => name !== 'default' && name !== 'module.exports').sort();
}

function defaultOf(value: unknown): unknown {
  return typeof value === 'object' && value !== null ? (value as Exports)['default'] : undefined;
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
