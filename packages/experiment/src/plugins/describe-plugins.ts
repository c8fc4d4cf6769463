import { resolve } from 'node:path';
import { type ComponentKind, componentKinds, GramkitError, isGramkitError, type Task, type TokenUnit } from '@gramkit/spec';
import { type DescribedOption, describeOptions } from '../configuration/describe-options.js';
import { jsonSchemaOf } from '../configuration/schema-keys.js';
import { builtInsOf } from './built-in.js';
import { builtInPackages } from './built-in-packages.js';
import { candidatePackages } from './package-names.js';
import { useOfExport } from './plugin-of-package.js';
import { findPackage, identityOf, type PackageIdentity, type PluginPackage } from './plugin-package.js';
import { findPlugin, type FoundPlugin, isPath, type PluginSources } from './resolve-plugin.js';

/** A plugin that was loaded. */
export interface DescribedPlugin extends Partial<PackageIdentity> {
  readonly kind: ComponentKind;
  readonly name: string;
  /** What a configuration writes to mean it: the name that was asked for. */
  readonly use: string;
  readonly source: FoundPlugin['source'];
  /** The module that was loaded; absent of a built-in. */
  readonly file?: string;
  readonly specificationVersion: number;
  readonly description: string;
  /** The one task that it is for; absent where its options choose, or any will do. */
  readonly task?: Task;
  readonly tokenUnit?: TokenUnit;
  readonly options: readonly DescribedOption[];
  /** What a run gives it, by the names that it uses. */
  readonly dependencies: readonly { readonly name: string; readonly description: string }[];
}

/**
 * What a configuration would be given for a name, in each place where it means something. Loads that and nothing else; loading runs its code.
 * @param kind looks for this kind alone
 * @throws GramkitError PLUGIN_NOT_FOUND where it means nothing; PLUGIN_INVALID, PLUGIN_VERSION, PLUGIN_MISMATCH where it means what cannot be used
 */
export async function describePlugins(use: string, sources: PluginSources, kind?: ComponentKind): Promise<readonly DescribedPlugin[]> {
  const meanings = kind === undefined ? await meaningsOf(use, sources) : [{ kind, use }];
  if (meanings.length === 0) return ofAnyKind(use, sources);
  const described: DescribedPlugin[] = [];
  for (const meaning of meanings) described.push(await describe(meaning.use, await findPlugin(meaning.kind, meaning.use, sources)));
  return described;
}

interface Meaning {
  readonly kind: ComponentKind;
  readonly use: string;
}

/** What a name means by the names of built-ins and packages and by package.json; empty where they do not tell. */
async function meaningsOf(use: string, { projectDirectory }: PluginSources): Promise<readonly Meaning[]> {
  if (isPath(use)) return [];
  const short: Meaning[] = [];
  for (const kind of componentKinds) {
    const [convention, ...others] = candidatePackages(kind, use);
    const isConventional = others.length > 0 && (await findPackage(convention!.packageName, projectDirectory)) !== undefined;
    if (isConventional || builtInsOf(kind).some(({ name }) => name === use)) short.push({ kind, use });
  }
  return short.length > 0 ? short : declaredIn(await findPackage(use, projectDirectory));
}

function declaredIn(found: PluginPackage | undefined): readonly Meaning[] {
  return (found?.declared ?? []).map((declared) => ({ kind: declared.kind, use: useOfExport(found!.name, declared) }));
}

/** Where only the module tells what it holds: whatever it is of the six kinds. */
async function ofAnyKind(use: string, sources: PluginSources): Promise<readonly DescribedPlugin[]> {
  const described: DescribedPlugin[] = [];
  const failures: GramkitError[] = [];
  for (const kind of componentKinds) {
    try {
      described.push(await describe(use, await findPlugin(kind, use, sources)));
    } catch (error) {
      if (!isGramkitError(error)) throw error;
      if (error.code !== 'PLUGIN_MISMATCH') failures.push(error);
    }
  }
  if (failures.length === componentKinds.length && failures.every(({ code }) => code === 'PLUGIN_NOT_FOUND')) throw noSuchPlugin(use, sources);
  if (failures[0] !== undefined) throw failures[0];
  return described;
}

function noSuchPlugin(use: string, { projectDirectory }: PluginSources): GramkitError {
  const message = isPath(use) ? `there is no file ${resolve(projectDirectory, use)}` : `there is no plugin '${use}' of any kind, and no package of that name in ${projectDirectory}`;
  return new GramkitError('PLUGIN_NOT_FOUND', message, { fix: 'See what there is: gram plugins' });
}

async function describe(use: string, found: FoundPlugin): Promise<DescribedPlugin> {
  const { plugin, source, file } = found;
  return {
    kind: plugin.kind,
    name: plugin.name,
    use,
    source,
    ...(await packageOf(found)),
    ...(file === undefined ? {} : { file }),
    specificationVersion: plugin.specificationVersion,
    description: plugin.description,
    ...(plugin.task === undefined ? {} : { task: plugin.task }),
    ...(plugin.tokenUnit === undefined ? {} : { tokenUnit: plugin.tokenUnit }),
    options: describeOptions(jsonSchemaOf(plugin.options)),
    dependencies: Object.entries(plugin.dependencies).map(([name, { description }]) => ({ name, description })),
  };
}

async function packageOf({ plugin, source, package: found }: FoundPlugin): Promise<Partial<PackageIdentity>> {
  if (source !== 'built-in') return found === undefined ? {} : identityOf(found);
  const packageName = builtInsOf(plugin.kind).find(({ name }) => name === plugin.name)?.packageName;
  const own = (await builtInPackages()).get(packageName ?? '');
  return own === undefined ? {} : identityOf(own);
}
