import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { RunReport } from '@gramkit/experiment';
import { stringify } from 'yaml';

const root = resolve(import.meta.dirname, '../..');
const gramProgram = join(root, 'packages/cli/bin/gram.js');

/** The workspace's `gram` with these words; what it prints on standard output. Its progress goes to our standard error. */
export async function gram(words: readonly string[]): Promise<string> {
  return program(process.execPath, [gramProgram, ...words]);
}

/** Runs a program and gives its standard output. @throws Error with the command when it fails. */
export async function program(command: string, words: readonly string[], environment: NodeJS.ProcessEnv = process.env): Promise<string> {
  const child = spawn(command, words, { stdio: ['ignore', 'pipe', 'inherit'], env: environment });
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  const code = await new Promise<number | null>((done, failed) => child.once('error', failed).once('close', done));
  if (code !== 0) throw new Error(`'${[command, ...words].join(' ')}' ended with ${code}`);
  return Buffer.concat(chunks).toString('utf8');
}

/** What a training run of this configuration reports; the run folder is removed unless the configuration names one. */
export async function train(configuration: object): Promise<RunReport> {
  const folder = await mkdtemp(join(tmpdir(), 'gram-bench-'));
  try {
    const file = join(folder, 'configuration.yaml');
    await writeFile(file, stringify({ baseDirectory: root, output: join(folder, 'run'), ...configuration }));
    return JSON.parse(await gram(['train', file, '--json'])) as RunReport;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
