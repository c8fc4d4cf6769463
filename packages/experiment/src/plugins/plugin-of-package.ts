import { fileURLToPath } from 'node:url';
import { type ComponentKind, GramkitError, type Plugin } from '@gramkit/spec';
import { checkVersion, kindMismatch, type PluginOrigin } from './check-plugin.js';
import type { DeclaredPlugin } from './declared-plugins.js';
import { loadModule, messageOf, pluginAmong } from './load-module.js';
import { moduleOfPackage, type PluginPackage } from './plugin-package.js';

/** A plugin and the module that holds it. */
export interface PluginOfPackage {
  readonly plugin: Plugin;
  /** Absolute, with links followed. */
  readonly file: string;
}

/**
 * The plugin of a kind in a package: the only one that it has, or the one at a path of its `exports`.
 * @throws GramkitError as `resolvePlugin`; before any of the package's code runs where its package.json tells enough
 */
export async function pluginOfPackage(kind: ComponentKind, found: PluginPackage, exportPath?: string): Promise<PluginOfPackage> {
  const origin = originOf(found);
  const declared = chosenDeclaration(kind, found, exportPath, origin);
  if (declared !== undefined) checkVersion(declared.specificationVersion, `${origin.label} ('${declared.name}')`, origin);
  const url = locate(found, declared?.export ?? exportPath ?? '.', origin);
  return { plugin: pluginAmong(await loadModule(url, origin), kind, origin), file: fileURLToPath(url) };
}

export function originOf({ name, version, folder }: PluginPackage): Required<PluginOrigin> {
  return { label: `the package ${name}${version === undefined ? '' : ` ${version}`} (${folder})`, packageName: name };
}

/** What package.json says about the plugin that is meant; undefined where it says nothing. */
function chosenDeclaration(kind: ComponentKind, found: PluginPackage, exportPath: string | undefined, origin: PluginOrigin): DeclaredPlugin | undefined {
  const inReach = exportPath === undefined ? found.declared : found.declared.filter((declared) => declared.export === exportPath);
  const ofKind = inReach.filter((declared) => declared.kind === kind);
  const [first] = ofKind;
  if (first === undefined) {
    if (inReach[0] !== undefined) throw kindMismatch(inReach[0], origin, kind);
    return undefined;
  }
  const atRoot = ofKind.filter((declared) => declared.export === '.');
  if (ofKind.length === 1 || exportPath !== undefined) return first;
  if (atRoot.length === 1) return atRoot[0];
  throw new GramkitError('PLUGIN_NOT_FOUND', `${origin.label} has ${ofKind.length} plugins of kind '${kind}'`, { alternatives: ofKind.map((declared) => useOfExport(found.name, declared)), fix: 'Name one of them.' });
}

/** How a configuration names a plugin of a package in full. */
export function useOfExport(packageName: string, declared: DeclaredPlugin): string {
  return `${packageName}${declared.export.slice(1)}`;
}

function locate(found: PluginPackage, exportPath: string, origin: PluginOrigin): string {
  try {
    return moduleOfPackage(found, exportPath);
  } catch (cause) {
    throw new GramkitError('PLUGIN_INVALID', `${origin.label} has no module that can be loaded: ${messageOf(cause)}`, { fix: locatingFix(cause, exportPath), cause });
  }
}

function locatingFix(cause: unknown, exportPath: string): string {
  const { code } = cause as NodeJS.ErrnoException;
  if (code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND') return 'Its files are not all there: build it (npm run build), or install it again.';
  return `Its package.json must export an ES module under '${exportPath}': "exports": { "${exportPath}": "./dist/index.js" }`;
}
