import { readFile, readdir, realpath } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { moduleResolve } from 'import-meta-resolve';
import { type DeclaredPlugin, declaredPlugins } from './declared-plugins.js';

/** An installed package as its package.json tells of it; none of its code has run. */
export interface PluginPackage {
  readonly name: string;
  readonly version?: string;
  /** Absolute, with links followed. */
  readonly folder: string;
  /** The plugins that its field `gramkit` names. */
  readonly declared: readonly DeclaredPlugin[];
  /** Why its package.json cannot be read as one of a plugin. */
  readonly problem?: string;
  /** The name by which its own modules reach its `exports`; absent where it has none. */
  readonly selfReference?: string;
}

/** Which package it is, as lists of plugins tell it. */
export interface PackageIdentity {
  readonly packageName: string;
  /** Absent where its package.json has none. */
  readonly packageVersion?: string;
  /** Absolute, with links followed. */
  readonly folder: string;
}

export function identityOf({ name, version, folder }: PluginPackage): PackageIdentity {
  return { packageName: name, ...(version === undefined ? {} : { packageVersion: version }), folder };
}

/** A folder, then its parents up to the root. */
function upwards(folder: string): string[] {
  const parent = dirname(folder);
  return parent === folder ? [folder] : [folder, ...upwards(parent)];
}

/** Where packages of a project are looked for: from its folder upwards as it is written, then as it is with links followed. */
async function searchedFolders(directory: string): Promise<readonly string[]> {
  const written = resolve(directory);
  const real = await realpath(written).catch(() => written);
  return [...new Set([...upwards(written), ...upwards(real)])];
}

/**
 * The package of that name which a module in `directory` would be given: the project itself where it bears the name, else the nearest in a
 * `node_modules` from there upwards. Undefined where there is none.
 */
export async function findPackage(name: string, directory: string): Promise<PluginPackage | undefined> {
  const folders = await searchedFolders(directory);
  const own = await nearestPackage(folders);
  if (own?.name === name) return own;
  for (const folder of folders) {
    const found = await readPluginPackage(join(folder, 'node_modules', name), name);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The project itself, and every package in the `node_modules` of a folder and its parents that a module there would be given. */
export async function visiblePackages(directory: string): Promise<readonly PluginPackage[]> {
  const folders = await searchedFolders(directory);
  const packages = new Map<string, PluginPackage>();
  const own = await nearestPackage(folders);
  if (own !== undefined) packages.set(own.name, own);
  for (const folder of folders) {
    for (const name of await packageNamesIn(join(folder, 'node_modules'))) {
      if (packages.has(name)) continue;
      const found = await readPluginPackage(join(folder, 'node_modules', name), name);
      if (found !== undefined) packages.set(name, found);
    }
  }
  return [...packages.values()];
}

async function nearestPackage(folders: readonly string[]): Promise<PluginPackage | undefined> {
  for (const folder of folders) {
    const found = await readPluginPackage(folder);
    if (found !== undefined) return found;
  }
  return undefined;
}

async function packageNamesIn(folder: string): Promise<readonly string[]> {
  const entries = (await readdir(folder).catch(() => [])).filter((entry) => !entry.startsWith('.')).sort();
  const names: string[] = [];
  for (const entry of entries) {
    if (!entry.startsWith('@')) names.push(entry);
    else names.push(...(await readdir(join(folder, entry)).catch(() => [])).sort().map((name) => `${entry}/${name}`));
  }
  return names;
}

/**
 * What a folder's package.json says; undefined where there is none.
 * @param installedAs the name it is found by, where that is not the one it gives itself (npm's aliases)
 */
export async function readPluginPackage(folder: string, installedAs?: string): Promise<PluginPackage | undefined> {
  const real = await realpath(folder).catch(() => undefined);
  if (real === undefined) return undefined;
  const text = await readFile(join(real, 'package.json'), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const content = parseObject(text);
  if (content === undefined) return { name: installedAs ?? real, folder: real, declared: [], problem: 'its package.json is no JSON object' };
  const { plugins, problem } = declaredPlugins(content['gramkit']);
  const ownName = typeof content['name'] === 'string' ? content['name'] : undefined;
  return {
    name: installedAs ?? ownName ?? real,
    ...(typeof content['version'] === 'string' ? { version: content['version'] } : {}),
    folder: real,
    declared: plugins,
    ...(problem === undefined ? {} : { problem }),
    ...(ownName === undefined || content['exports'] === undefined ? {} : { selfReference: ownName }),
  };
}

function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Address of the module that a path of a package's `exports` means (`.` is the package itself), resolved from within the package: the same for
 * a package that is installed, linked, or named by its folder.
 * @throws an error with a code of Node's module resolution
 */
export function moduleOfPackage({ folder, selfReference }: PluginPackage, exportPath: string): string {
  const inside = pathToFileURL(join(folder, 'package.json'));
  if (selfReference === undefined) return pathToFileURL(createRequire(inside).resolve(exportPath)).href;
  return moduleResolve(`${selfReference}${exportPath.slice(1)}`, inside, new Set(['node', 'import'])).href;
}
