import { resolve } from 'node:path';
import { type ComponentKind, componentKinds } from '@gramkit/spec';
import { type Command, Option } from 'commander';
import type { Session } from '../session.js';

interface PluginsFlags {
  readonly kind?: ComponentKind;
  readonly project: string;
}

/** `gram plugins` */
export function addPlugins(program: Command, session: Session): void {
  program
    .command('plugins')
    .description('list what a configuration can name, and why anything was refused; with names, load those and show their options')
    .argument('[names...]', "names, packages, or paths that start with './', as a configuration gives them: loading one runs its code")
    .addOption(new Option('--kind <kind>', 'load plugins of this kind alone').choices(componentKinds))
    .option('--project <folder>', 'the folder that packages and paths are looked up from: that of the configuration', '.')
    .addHelpText('after', listingHelp)
    .action(async (names: readonly string[], flags: PluginsFlags) => {
      const projectDirectory = resolve(flags.project);
      await (names.length === 0 ? list(projectDirectory, session) : load(names, projectDirectory, flags.kind, session));
    });
}

const listingHelp = `
Loading a plugin runs its code, with all that you may do on this machine. Without names nothing is loaded: the list is made from package.json
files (the field "gramkit") and package names (gramkit-KIND-NAME). With names, and in every other command, what is named is loaded and nothing else.`;

async function list(projectDirectory: string, session: Session): Promise<void> {
  const [{ listPlugins }, { formatListing }] = await Promise.all([import('@gramkit/experiment'), import('../plugins/format-plugins.js')]);
  const listing = await listPlugins(projectDirectory);
  session.print(listing, formatListing(listing, projectDirectory));
}

async function load(names: readonly string[], projectDirectory: string, kind: ComponentKind | undefined, session: Session): Promise<void> {
  const [{ describePlugins }, { formatPlugin }] = await Promise.all([import('@gramkit/experiment'), import('../plugins/format-plugins.js')]);
  const loaded = [];
  for (const name of names) loaded.push(...(await describePlugins(name, { projectDirectory }, kind)));
  session.print({ loaded }, loaded.map(formatPlugin).join('\n\n'));
}
