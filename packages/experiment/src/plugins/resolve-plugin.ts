import { stat } from 'node:fs/promises';
import { isAbsolute, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type ComponentKind, GramkitError, type Plugin } from '@gramkit/spec';
import { nearestName } from '../configuration/issues.js';
import { type BuiltIn, builtInsOf } from './built-in.js';
import { checkPlugin } from './check-plugin.js';
import { loadModule, messageOf, pluginAmong } from './load-module.js';
import { type CandidatePackage, candidatePackages } from './package-names.js';
import { pluginOfPackage } from './plugin-of-package.js';
import { findPackage, type PluginPackage, readPluginPackage } from './plugin-package.js';

/** Where plugins are looked for. */
export interface PluginSources {
  /** Absolute folder: relative plugin paths start here, and packages are looked up from here. */
  readonly projectDirectory: string;
  /** Instances that the embedding program brings; they come before everything else. */
  readonly registered?: readonly Plugin[];
}

/** A plugin and where it was found. */
export interface FoundPlugin {
  readonly plugin: Plugin;
  readonly source: 'registered' | 'path' | 'built-in' | 'package';
  /** The module that was loaded, absolute; absent where it was registered or built in. */
  readonly file?: string;
  /** Of a package, named or by its folder. */
  readonly package?: PluginPackage;
}

/**
 * The plugin that `use: NAME` means. Tried in this order: a registered instance; a path that starts with `.` or `/`; a built-in;
 * the package `gramkit-KIND-NAME` (for `@scope/NAME`: `@scope/gramkit-KIND-NAME`) and the package NAME, both from the user's project.
 * `PACKAGE/PATH` is a path of a package's `exports`. Nothing else is loaded, and nothing of a package that its package.json shows to be of
 * another kind or version.
 * @throws GramkitError PLUGIN_NOT_FOUND with all that was tried and what exists; PLUGIN_INVALID, PLUGIN_VERSION, PLUGIN_MISMATCH.
 */
export async function resolvePlugin(kind: ComponentKind, use: string, sources: PluginSources): Promise<Plugin> {
  return (await findPlugin(kind, use, sources)).plugin;
}

/** The same, with where it was found. */
export async function findPlugin(kind: ComponentKind, use: string, sources: PluginSources): Promise<FoundPlugin> {
  const registered = sources.registered?.find((plugin) => plugin.kind === kind && plugin.name === use);
  if (registered !== undefined) return { plugin: checkPlugin(registered, { label: `the registered plugin '${use}'` }, kind), source: 'registered' };
  if (isPath(use)) return fromPath(kind, use, sources.projectDirectory);
  const builtIn = builtInsOf(kind).find((candidate) => candidate.name === use);
  if (builtIn !== undefined) return { plugin: await loadBuiltIn(builtIn), source: 'built-in' };
  return fromPackages(kind, use, sources);
}

/** Whether a name means a file or folder. */
export function isPath(use: string): boolean {
  return use.startsWith('.') || isAbsolute(use);
}

async function loadBuiltIn(builtIn: BuiltIn): Promise<Plugin> {
  const origin = { label: `the built-in ${builtIn.kind} '${builtIn.name}' (${builtIn.packageName})`, packageName: builtIn.packageName };
  try {
    return checkPlugin(await builtIn.load(), origin, builtIn.kind);
  } catch (cause) {
    throw new GramkitError('PLUGIN_INVALID', `${origin.label} cannot be loaded: ${messageOf(cause)}`, { fix: `Install it again: npm install ${builtIn.packageName}`, cause });
  }
}

async function fromPath(kind: ComponentKind, use: string, projectDirectory: string): Promise<FoundPlugin> {
  const path = resolve(projectDirectory, use);
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) {
    throw new GramkitError('PLUGIN_NOT_FOUND', `no ${kind} '${use}': there is no file ${path}`, { fix: 'Give the path of an ES module, with its ending, or of a package, relative to the folder of the configuration.' });
  }
  if (found.isDirectory()) return fromPackageFolder(kind, path);
  const url = pathToFileURL(path).href;
  const origin = { label: path };
  return { plugin: pluginAmong(await loadModule(url, origin), kind, origin), source: 'path', file: path };
}

async function fromPackageFolder(kind: ComponentKind, folder: string): Promise<FoundPlugin> {
  const found = await readPluginPackage(folder);
  if (found !== undefined) return { ...(await pluginOfPackage(kind, found)), source: 'path', package: found };
  throw new GramkitError('PLUGIN_INVALID', `${folder} is a folder without a package.json`, { fix: 'Name the file of an ES module in it, or the folder of a package.' });
}

async function fromPackages(kind: ComponentKind, use: string, sources: PluginSources): Promise<FoundPlugin> {
  const candidates = candidatePackages(kind, use);
  const found = await firstInstalled(candidates, sources.projectDirectory);
  if (found !== undefined) return { ...(await pluginOfPackage(kind, found, candidates[0]?.exportPath)), source: 'package', package: found };
  throw await notFound(kind, use, candidates, sources);
}

async function notFound(kind: ComponentKind, use: string, candidates: readonly CandidatePackage[], sources: PluginSources): Promise<GramkitError> {
  const registered = (sources.registered ?? []).filter((plugin) => plugin.kind === kind).map((plugin) => plugin.name);
  const existing = [...registered, ...builtInsOf(kind).map((builtIn) => builtIn.name)];
  const tried = ['registered plugins', `the built-in @gramkit/${kind}-${use}`, ...candidates.map(({ packageName }) => `the package ${packageName}`)];
  return new GramkitError('PLUGIN_NOT_FOUND', `no ${kind} '${use}'; tried ${tried.join(', ')} (packages from ${sources.projectDirectory})`, {
    alternatives: existing,
    fix: await findingFix(use, existing, candidates, sources),
  });
}

async function findingFix(use: string, existing: readonly string[], candidates: readonly CandidatePackage[], { projectDirectory }: PluginSources): Promise<string> {
  const nearest = nearestName(use, existing);
  if (nearest !== undefined) return `Did you mean '${nearest}'?`;
  const [likeliest] = candidates;
  if (likeliest === undefined) return "Name one of these, a package, or a path that starts with './'.";
  // Told of, never loaded: who stands in a folder did not choose what is installed there.
  const elsewhere = await firstInstalled(candidates, process.cwd());
  if (elsewhere !== undefined) return `${elsewhere.name} is installed for ${process.cwd()}, and the configuration is elsewhere. Run in ${projectDirectory}: npm install ${elsewhere.folder}`;
  return `Name one of these, give a path that starts with './', or install the plugin, if you trust who publishes it. Run in ${projectDirectory}: npm install ${likeliest.packageName}`;
}

async function firstInstalled(candidates: readonly CandidatePackage[], directory: string): Promise<PluginPackage | undefined> {
  for (const { packageName } of candidates) {
    const found = await findPackage(packageName, directory);
    if (found !== undefined) return found;
  }
  return undefined;
}
