import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type ComponentKind, GramkitError, isGramkitError, type Plugin } from '@gramkit/spec';
import { moduleResolve } from 'import-meta-resolve';
import { nearestName } from '../configuration/issues.js';
import { builtInsOf } from './built-in.js';
import { checkPlugin } from './check-plugin.js';

/** Where plugins are looked for. */
export interface PluginSources {
  /** Absolute folder: relative plugin paths start here, and packages are looked up from here. */
  readonly projectDirectory: string;
  /** Instances that the embedding program brings; they come before everything else. */
  readonly registered?: readonly Plugin[];
}

/**
 * The plugin that `use: NAME` means. Tried in this order: a registered instance; a path that starts with `.` or `/`; a built-in;
 * the package `gramkit-KIND-NAME` and a package called NAME, both from the user's project. Nothing else is loaded.
 * @throws GramkitError PLUGIN_NOT_FOUND with all that was tried and what exists; PLUGIN_INVALID, PLUGIN_VERSION, PLUGIN_MISMATCH as `checkPlugin`.
 */
export async function resolvePlugin(kind: ComponentKind, use: string, sources: PluginSources): Promise<Plugin> {
  const registered = sources.registered?.find((plugin) => plugin.kind === kind && plugin.name === use);
  if (registered !== undefined) return checkPlugin(registered, kind, `The registered plugin '${use}'`);
  if (/^[./]/.test(use)) return fromPath(kind, use, sources.projectDirectory);
  const builtIn = builtInsOf(kind).find((candidate) => candidate.name === use);
  if (builtIn !== undefined) return checkPlugin(await loadBuiltIn(builtIn), kind, builtIn.packageName);
  return fromPackages(kind, use, sources);
}

async function loadBuiltIn(builtIn: ReturnType<typeof builtInsOf>[number]): Promise<unknown> {
  try {
    return await builtIn.load();
  } catch (cause) {
    throw new GramkitError('PLUGIN_INVALID', `the built-in ${builtIn.kind} '${builtIn.name}' cannot be loaded: ${messageOf(cause)}`, { fix: `Reinstall ${builtIn.packageName}.`, cause });
  }
}

async function fromPath(kind: ComponentKind, use: string, projectDirectory: string): Promise<Plugin> {
  const file = resolve(projectDirectory, use);
  if (!existsSync(file)) {
    throw new GramkitError('PLUGIN_NOT_FOUND', `no ${kind} '${use}': there is no file ${file}`, { fix: 'Give the path of an ES module, relative to the folder of the configuration, with its ending.' });
  }
  return importPlugin(kind, pathToFileURL(file).href, file);
}

async function fromPackages(kind: ComponentKind, use: string, sources: PluginSources): Promise<Plugin> {
  const tried: string[] = [];
  for (const name of candidatePackages(kind, use)) {
    const url = locatePackage(name, sources.projectDirectory);
    if (url !== undefined) return importPlugin(kind, url, name);
    tried.push(`the package ${name}`);
  }
  throw notFound(kind, use, tried, sources);
}

/** Package names that may be meant; a name with capitals or blanks is none. */
function candidatePackages(kind: ComponentKind, use: string): string[] {
  const isPackageName = /^(@[a-z0-9~-][a-z0-9._~-]*\/)?[a-z0-9~-][a-z0-9._~-]*$/.test(use);
  if (!isPackageName) return [];
  return use.startsWith('@') ? [use] : [`gramkit-${kind}-${use}`, use];
}

/** Address of a package's module as Node finds it from a folder; nothing where the package is not installed there. */
function locatePackage(name: string, projectDirectory: string): string | undefined {
  try {
    const parent = pathToFileURL(resolve(projectDirectory, 'gramkit.config.js'));
    const url = moduleResolve(name, parent, new Set(['node', 'import']));
    return url.protocol === 'file:' ? url.href : undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_MODULE_NOT_FOUND') return undefined;
    throw new GramkitError('PLUGIN_INVALID', `the package ${name} cannot be resolved: ${messageOf(error)}`, { fix: "Its package.json must export an ES module under '.'.", cause: error });
  }
}

async function importPlugin(kind: ComponentKind, url: string, origin: string): Promise<Plugin> {
  let loaded: Readonly<Record<string, unknown>>;
  try {
    loaded = (await import(/* @vite-ignore */ url)) as Readonly<Record<string, unknown>>;
  } catch (cause) {
    if (isGramkitError(cause)) throw cause;
    throw new GramkitError('PLUGIN_INVALID', `${origin} cannot be loaded: ${messageOf(cause)}`, { fix: 'It must be an ES module that this Node can run, with its own dependencies installed.', cause });
  }
  return checkPlugin(loaded['default'], kind, origin, Object.keys(loaded).filter((name) => name !== 'default'));
}

function notFound(kind: ComponentKind, use: string, packages: readonly string[], sources: PluginSources): GramkitError {
  const registered = (sources.registered ?? []).filter((plugin) => plugin.kind === kind).map((plugin) => plugin.name);
  const existing = [...registered, ...builtInsOf(kind).map((builtIn) => builtIn.name)];
  const nearest = nearestName(use, existing);
  const tried = ['registered plugins', `the built-in @gramkit/${kind}-${use}`, ...packages];
  return new GramkitError('PLUGIN_NOT_FOUND', `no ${kind} '${use}'; tried ${tried.join(', ')} (packages from ${sources.projectDirectory})`, {
    alternatives: existing,
    fix: nearest === undefined ? `Name one of these, install a package gramkit-${kind}-${use} in the project, or give a path that starts with './'.` : `Did you mean '${nearest}'?`,
  });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
