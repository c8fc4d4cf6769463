import path from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { Command, CommanderError, Option } from 'commander';
import packageFile from '../package.json' with { type: 'json' };
import { createPlugin, type CreatedPlugin, type CreateOptions } from './create-plugin.js';
import { kinds } from './kinds.js';
import { ScaffoldError } from './scaffold-error.js';

/** Where the command reads and writes. Questions are asked only where input and output are a terminal. */
export interface Streams {
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: Writable & { readonly isTTY?: boolean };
  readonly stderr: Writable;
}

/** The exit codes of `gram`. */
const exitCodes = { done: 0, failed: 1, badUsage: 2, interrupted: 130 } as const;

/** Flags, as commander gives them. */
interface Flags extends Partial<CreateOptions> {
  readonly yes?: true;
  readonly json?: true;
}

/** Runs the command with `words` (without node and script) and gives its exit code. Every failure is printed. */
export async function runCommandLine(words: readonly string[], streams: Streams = process): Promise<number> {
  const json = words.includes('--json');
  const writeJson = (value: unknown) => streams.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
  try {
    await commandOf(streams, writeJson).parseAsync([...words], { from: 'user' });
    return exitCodes.done;
  } catch (error) {
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return exitCodes.done;
      if (json) writeJson({ error: { code: 'USAGE', message: error.message.replace(/^error: /, ''), fix: `${packageFile.name} --help` } });
      return exitCodes.badUsage;
    }
    if (json) writeJson(reportOf(error));
    streams.stderr.write(`${textOf(error)}\n`);
    return exitCodeOf(error);
  }
}

function commandOf(streams: Streams, writeJson: (value: unknown) => void): Command {
  return new Command(packageFile.name)
    .description('Starts a plugin of Gramkit that builds, passes its tests and runs in an experiment at once. Asks for what it is not told.')
    .version(packageFile.version)
    .addOption(new Option('--kind <kind>', 'what the plugin is').choices(kinds.map(({ kind }) => kind)))
    .option('--name <name>', "what a configuration calls it (use: NAME); its package is gramkit-KIND-NAME")
    .option('--directory <folder>', 'where it is written, a new or empty folder (default: the name of the package)')
    .option('--description <sentence>', 'what it does, in one line (default: what it does as it is written)')
    .option('--yes', 'ask nothing: the default for whatever is left out, but for kind and name')
    .option('--json', 'ask nothing, and print what was written as JSON')
    .addHelpText('after', `\nExample: npm create gramkit-plugin -- --kind encoder --name ngrams\nExit codes: 0 done, 1 failed, 2 bad usage, 130 interrupted.`)
    .allowExcessArguments(false)
    .exitOverride()
    .configureOutput({ writeOut: (text) => streams.stdout.write(text), writeErr: (text) => streams.stderr.write(text) })
    .action(async ({ yes, json, ...given }: Flags) => {
      const created = await createPlugin(await optionsOf(given, streams, yes === true || json === true));
      if (json) writeJson(created);
      else streams.stdout.write(nextSteps(created));
    });
}

/** What was given, or what the author answers. @throws ScaffoldError USAGE where something is missing and nobody can be asked. */
async function optionsOf({ kind, name, ...given }: Partial<CreateOptions>, streams: Streams, silent: boolean): Promise<CreateOptions> {
  if (kind !== undefined && name !== undefined) return { kind, name, ...given };
  if (!silent && streams.stdin.isTTY && streams.stdout.isTTY) {
    const { ask } = await import('./ask.js');
    return ask({ ...given, ...(kind !== undefined && { kind }), ...(name !== undefined && { name }) }, { input: streams.stdin, output: streams.stdout });
  }
  const missing = [kind === undefined ? '--kind' : '', name === undefined ? '--name' : ''].filter((flag) => flag !== '').join(' and ');
  throw new ScaffoldError('USAGE', `${missing} ${missing.includes(' and ') ? 'are' : 'is'} missing, and ${silent ? 'nothing is to be asked' : 'there is no terminal to ask on'}`, 'Give them, for instance: npm create gramkit-plugin -- --kind encoder --name ngrams');
}

function nextSteps({ packageName, directory, files }: CreatedPlugin): string {
  const folder = path.relative(process.cwd(), directory);
  const enter = folder === '' ? [] : [`  cd ${/[^\w./-]/.test(folder) ? `'${folder}'` : folder}`];
  const steps = [...enter, '  npm install', '  npx gram setup        # once on a machine', '  npm test', '  npm run experiment'];
  return `${packageName}: wrote ${files.length} files into ${folder === '' ? 'this folder' : folder}. Next:\n${steps.join('\n')}\nREADME.md tells more.\n`;
}

function reportOf(error: unknown): object {
  const { code = 'UNEXPECTED', fix } = error instanceof ScaffoldError ? error : { code: undefined, fix: undefined };
  return { error: { code, message: messageOf(error), fix } };
}

function textOf(error: unknown): string {
  const fix = error instanceof ScaffoldError && error.fix !== undefined ? `\nFix: ${error.fix}` : '';
  return `error: ${messageOf(error)}${fix}`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function exitCodeOf(error: unknown): number {
  if (!(error instanceof ScaffoldError)) return exitCodes.failed;
  return { USAGE: exitCodes.badUsage, OUTPUT_UNWRITABLE: exitCodes.failed, INTERRUPTED: exitCodes.interrupted }[error.code];
}
