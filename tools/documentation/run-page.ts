import { spawn } from 'node:child_process';
import { accessSync, constants, openSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import type { PageBlock } from './page-blocks.js';
import { pageScript } from './page-script.js';

/** A command of a page that did not end as it should. */
export interface PageFailure {
  /** One-based line of the page; absent where the shell ended without telling. */
  readonly line?: number;
  readonly message: string;
  /** The last lines that the page's commands wrote. */
  readonly output: string;
}

export interface PageRun {
  readonly failure?: PageFailure;
  /** Of the page's commands and all that they started. */
  readonly processorSeconds: number;
}

/** Sourced before the page: whatever fails names its line and ends the page. */
const preamble = `
on_error='printf "%s\\t%s\\n" "$LINENO" "exit code $?: $BASH_COMMAND" > "$GRAMKIT_PAGE_FAILURE"'
expect_exit() { if [ "$3" -ne "$2" ]; then printf "%s\\t%s\\n" "$1" "the block ended with exit code $3, not $2" > "$GRAMKIT_PAGE_FAILURE"; exit 1; fi; }
trap 'times > "$GRAMKIT_PAGE_TIMES"' EXIT
set -eEo pipefail
trap "$on_error" ERR
source "$1"
`;

/**
 * Runs the blocks of a page in order, in a fresh folder in which this workspace's packages are installed and `npx gram` is its built command.
 * @param root the workspace
 */
export async function runPage(blocks: readonly PageBlock[], root: string): Promise<PageRun> {
  const scratch = await mkdtemp(join(tmpdir(), 'gramkit-page-'));
  try {
    const project = join(scratch, 'project');
    await prepareProject(project, root);
    await prepareCommands(join(scratch, 'bin'), root);
    const script = await writeScript(scratch, blocks);
    return await runScript(script, { scratch, project });
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** A reader's project in which `npm install` has been run. */
async function prepareProject(project: string, root: string): Promise<void> {
  await mkdir(project);
  await writeFile(join(project, 'package.json'), '{ "private": true }\n');
  await symlink(join(root, 'node_modules'), join(project, 'node_modules'));
}

/**
 * `gram`, `npx gram` and `npm create gramkit-plugin` are this workspace's; a plugin's `npm install` has nothing to do, since the packages
 * are found in the folder above (installing from tarballs is tested by itself); everything else is npm's.
 */
async function prepareCommands(bin: string, root: string): Promise<void> {
  const gram = `exec '${process.execPath}' '${join(root, 'packages/cli/bin/gram.js')}' "$@"`;
  const create = `exec '${process.execPath}' '${join(root, 'packages/create-plugin/bin/create-gramkit-plugin.js')}' "$@"`;
  await mkdir(bin);
  await writeCommand(join(bin, 'gram'), gram);
  await writeCommand(join(bin, 'npx'), `if [ "$1" = gram ]; then shift; ${gram}; fi\nexec '${onPath('npx')}' --no-install "$@"`);
  await writeCommand(join(bin, 'npm'), [
    `if [ "$1" = create ] && [ "$2" = gramkit-plugin ]; then shift 2; if [ "$1" = -- ]; then shift; fi; ${create}; fi`,
    `if [ "$1" = install ]; then exit 0; fi`,
    `exec '${onPath('npm')}' "$@"`,
  ].join('\n'));
}

async function writeCommand(file: string, text: string): Promise<void> {
  await writeFile(file, `#!/bin/bash\n${text}\n`);
  await chmod(file, 0o755);
}

/** Where a program lies. */
function onPath(program: string): string {
  const found = (process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, program)).find(isExecutable);
  if (found === undefined) throw new Error(`there is no ${program} on the PATH`);
  return found;
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

async function writeScript(scratch: string, blocks: readonly PageBlock[]): Promise<string> {
  const fileOf = ({ firstLine }: PageBlock) => join(scratch, `block-${firstLine}`);
  for (const block of blocks) if (block.kind === 'file') await writeFile(fileOf(block), block.text);
  const script = join(scratch, 'page.sh');
  await writeFile(script, pageScript(blocks, fileOf));
  return script;
}

async function runScript(script: string, { scratch, project }: { readonly scratch: string; readonly project: string }): Promise<PageRun> {
  const [failureFile, timesFile, outputFile] = ['failure', 'times', 'output'].map((name) => join(scratch, name)) as [string, string, string];
  const output = openSync(outputFile, 'w');
  const exitCode = await new Promise<number>((resolve, reject) => {
    const shell = spawn('bash', ['--noprofile', '--norc', '-c', preamble, 'page', script], {
      cwd: project,
      env: { ...process.env, PATH: `${join(scratch, 'bin')}${delimiter}${process.env['PATH']}`, GRAMKIT_PAGE_FAILURE: failureFile, GRAMKIT_PAGE_TIMES: timesFile },
      stdio: ['ignore', output, output],
    });
    shell.on('error', reject);
    shell.on('close', (code) => resolve(code ?? 1));
  });
  const processorSeconds = secondsOf(await readFile(timesFile, 'utf8').catch(() => ''));
  if (exitCode === 0) return { processorSeconds };
  const told = await readFile(failureFile, 'utf8').catch(() => undefined);
  return { processorSeconds, failure: describeFailure(told, exitCode, await readFile(outputFile, 'utf8')) };
}

function describeFailure(told: string | undefined, exitCode: number, output: string): PageFailure {
  const last = output.trimEnd().split('\n').slice(-30).join('\n');
  if (told === undefined) return { message: `the page ended with exit code ${exitCode}`, output: last };
  const [line, ...rest] = told.trimEnd().split('\t');
  return { line: Number(line), message: rest.join('\t'), output: last };
}

/** The sum of what bash's `times` prints: minutes and seconds of the shell and of its children. */
function secondsOf(times: string): number {
  return [...times.matchAll(/(\d+)m([\d.]+)s/g)].reduce((sum, [, minutes, seconds]) => sum + 60 * Number(minutes) + Number(seconds), 0);
}
