import { type ComponentKind, formatError, GramkitError, isGramkitError, specificationVersion } from '@gramkit/spec';
import { builtIns, builtInsOf } from './built-in.js';
import { builtInPackages } from './built-in-packages.js';
import { checkVersion } from './check-plugin.js';
import type { DeclaredPlugin } from './declared-plugins.js';
import { conventionalPrefix, conventionOf } from './package-names.js';
import { identityOf, type PackageIdentity, type PluginPackage, visiblePackages } from './plugin-package.js';
import { originOf, useOfExport } from './plugin-of-package.js';

/** A plugin that a configuration in a project can name, as its package.json describes it. */
export interface ListedPlugin extends PackageIdentity {
  readonly kind: ComponentKind;
  readonly name: string;
  /** What a configuration writes to mean it. */
  readonly use: string;
  readonly source: 'built-in' | 'project';
  /** The contract it was written for; absent where its package.json does not say. */
  readonly specificationVersion?: number;
  readonly description?: string;
  /** Why it cannot be used. */
  readonly problem?: string;
}

/** A package that is meant to hold plugins, and none of them is known. */
export interface RefusedPackage extends PackageIdentity {
  readonly problem: string;
}

/** What a project has. */
export interface PluginListing {
  /** The contract of this Gramkit. */
  readonly specificationVersion: number;
  readonly plugins: readonly ListedPlugin[];
  readonly refused: readonly RefusedPackage[];
}

/**
 * The built-in plugins and those that are installed for a project: packages whose package.json has the field `gramkit`, and packages called
 * `gramkit-KIND-NAME` (or `@scope/gramkit-KIND-NAME`). Reads package.json files and loads nothing, since loading runs a package's code.
 */
export async function listPlugins(projectDirectory: string): Promise<PluginListing> {
  const own = await builtInPackages();
  const installed = (await visiblePackages(projectDirectory)).filter(({ name }) => !own.has(name));
  const plugins = [...builtIns.map(({ kind, name, packageName }) => listedBuiltIn(kind, name, own.get(packageName), packageName)), ...installed.flatMap(listedOfPackage)];
  return { specificationVersion, plugins, refused: installed.flatMap(refusedPackage) };
}

function listedBuiltIn(kind: ComponentKind, name: string, found: PluginPackage | undefined, packageName: string): ListedPlugin {
  const declared = found?.declared.find((plugin) => plugin.kind === kind && plugin.name === name);
  if (found === undefined || declared === undefined) throw new GramkitError('PLUGIN_INVALID', `the built-in ${kind} '${name}' is not in the package ${packageName}`, { fix: `Install it again: npm install ${packageName}` });
  return { ...listed(found, declared), use: name, source: 'built-in' };
}

function listedOfPackage(found: PluginPackage): readonly ListedPlugin[] {
  if (found.declared.length > 0) return found.declared.map((declared) => ({ ...listed(found, declared), ...problemOf(found, declared) }));
  const conventional = conventionOf(found.name);
  if (conventional === undefined || found.problem !== undefined) return [];
  return [{ ...conventional, use: shortUse(conventional.kind, conventional.name, found.name), source: 'project', ...identityOf(found) }];
}

function listed(found: PluginPackage, declared: DeclaredPlugin): ListedPlugin {
  const { kind, name, description } = declared;
  return { kind, name, use: useOf(found, declared), source: 'project', ...identityOf(found), specificationVersion: declared.specificationVersion, description };
}

/** The shortest name that means a declared plugin. */
function useOf(found: PluginPackage, declared: DeclaredPlugin): string {
  const alike = found.declared.filter(({ kind }) => kind === declared.kind);
  if (alike.length > 1) return useOfExport(found.name, declared);
  return shortUse(declared.kind, conventionOf(found.name)?.name ?? '', found.name);
}

/** `ngrams` for gramkit-encoder-ngrams, unless a built-in of the name comes first. */
function shortUse(kind: ComponentKind, name: string, packageName: string): string {
  const [scope, unscoped] = packageName.startsWith('@') ? [`${packageName.split('/')[0]!}/`, packageName.split('/')[1]!] : ['', packageName];
  const isShort = unscoped === `${conventionalPrefix(kind)}${name}` && (scope !== '' || builtInsOf(kind).every((builtIn) => builtIn.name !== name));
  return isShort ? `${scope}${name}` : packageName;
}

function problemOf(found: PluginPackage, declared: DeclaredPlugin): { readonly problem?: string } {
  const twins = found.declared.filter((other) => other.kind === declared.kind && other.export === declared.export);
  if (twins.length > 1) return { problem: `its package.json puts ${twins.length} plugins of kind '${declared.kind}' under '${declared.export}', so that no configuration can name one of them.\nFix: Its author must give each an 'export' of its own.` };
  try {
    checkVersion(declared.specificationVersion, `the ${declared.kind} '${declared.name}'`, originOf(found));
    return {};
  } catch (error) {
    if (!isGramkitError(error)) throw error;
    return { problem: formatError(error) };
  }
}

function refusedPackage(found: PluginPackage): readonly RefusedPackage[] {
  return found.problem === undefined ? [] : [{ ...identityOf(found), problem: found.problem }];
}
