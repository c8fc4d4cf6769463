import { relative } from 'node:path';
import { defaultInWords, type DescribedOption, type DescribedPlugin, type ListedPlugin, type PluginListing } from '@gramkit/experiment';
import { table } from '../terminal/table.js';

const loadingRunsCode = 'Loading a plugin runs its code. Nothing of these packages was loaded: gram plugins NAME loads that one and shows its options.';

/** What a project has, for people. */
export function formatListing({ specificationVersion, plugins, refused }: PluginListing, projectDirectory: string): string {
  const usable = plugins.filter(({ problem }) => problem === undefined);
  const rows = usable.map((plugin) => [plugin.kind, plugin.use, packageOf(plugin), contractOf(plugin), placeOf(plugin, projectDirectory), plugin.description ?? '(not loaded; its package.json does not describe it)']);
  const problems = [...plugins.filter((plugin) => plugin.problem !== undefined), ...refused].map((one) => `${packageOf(one)} (${one.folder}): ${one.problem}`);
  return [
    table(['kind', 'use', 'package', 'contract', 'where', 'what it is'], rows),
    ...(problems.length === 0 ? [] : ['', 'Refused:', ...problems]),
    '',
    `This Gramkit has specification version ${specificationVersion}. ${loadingRunsCode}`,
  ].join('\n');
}

/** A plugin that was loaded, for people. */
export function formatPlugin(plugin: DescribedPlugin): string {
  const facts = [
    ['use', plugin.use],
    ...(plugin.packageName === undefined ? [] : [['package', `${packageOf({ ...plugin, packageName: plugin.packageName })}, ${plugin.folder}`]]),
    ...(plugin.file === undefined ? [] : [['module', plugin.file]]),
    ['contract', `specification version ${plugin.specificationVersion}`],
    ...(plugin.task === undefined ? [] : [['task', plugin.task]]),
    ...(plugin.tokenUnit === undefined ? [] : [['tokens', `${plugin.tokenUnit}s`]]),
    ['is given', plugin.dependencies.map(({ name, description }) => `${name} (${description})`).join(', ') || 'its options alone'],
  ];
  return [`${plugin.kind} ${plugin.name}: ${plugin.description}`, ...facts.map(([name, value]) => `  ${`${name}:`.padEnd(10)} ${value}`), '', optionsTable(plugin.options)].join('\n');
}

function optionsTable(options: readonly DescribedOption[]): string {
  if (options.length === 0) return 'It takes no options.';
  return table(['option', 'type', 'default', 'meaning'], options.map((option) => [option.key, option.type, defaultInWords(option), option.description]));
}

function packageOf({ packageName, packageVersion }: { readonly packageName: string; readonly packageVersion?: string }): string {
  return packageVersion === undefined ? packageName : `${packageName} ${packageVersion}`;
}

function contractOf({ specificationVersion }: ListedPlugin): string {
  return specificationVersion === undefined ? 'unknown' : String(specificationVersion);
}

function placeOf({ source, folder }: ListedPlugin, projectDirectory: string): string {
  if (source === 'built-in') return 'built in';
  const below = relative(projectDirectory, folder);
  return below === '' ? '.' : below.startsWith('..') ? folder : below;
}
