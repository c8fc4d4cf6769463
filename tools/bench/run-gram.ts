import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { RunReport } from '@gramkit/experiment';
import { stringify } from 'yaml';

const root = resolve(import.meta.dirname, '../..');
const gramProgram = join(root, 'packages/cli/bin/gram.js');

/** The record of a step in a run's metrics. */
export interface StepRecord {
  readonly step: number;
  readonly seconds: number;
  /** Those of `seconds` that went into compiling functions and their first runs. */
  readonly compileSeconds: number;
  readonly predictions: number;
  readonly encoderItemsForward: number;
  readonly encoderItemsBackward: number;
  readonly encoderTokensForward: number;
  readonly encoderTokensBackward: number;
}

/** The workspace's `gram` with these words; what it prints on standard output. Its progress goes to our standard error. */
export async function gram(words: readonly string[]): Promise<string> {
  return program(process.execPath, [gramProgram, ...words]);
}

/** What a worker of this folder, which runs the built packages in a process of its own, prints as JSON. */
export async function worker<Result>(name: string, input: object): Promise<Result> {
  return JSON.parse(await program(process.execPath, [join(import.meta.dirname, 'workers', `${name}.mjs`), JSON.stringify(input)])) as Result;
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
  return inFolder((folder) => trainInto(join(folder, 'run'), folder, configuration));
}

/** The same, with the record of every step. */
export async function trainBySteps(configuration: object): Promise<{ readonly report: RunReport; readonly steps: readonly StepRecord[] }> {
  return inFolder(async (folder) => {
    const output = join(folder, 'run');
    const report = await trainInto(output, folder, configuration);
    const lines = (await readFile(join(output, 'metrics.jsonl'), 'utf8')).trim().split('\n');
    const records = lines.map((line) => JSON.parse(line) as StepRecord & { readonly kind: string });
    return { report, steps: records.filter(({ kind }) => kind === 'step') };
  });
}

/** Gives a folder of its own to `use`, and removes it afterwards. */
export async function inFolder<Result>(use: (folder: string) => Promise<Result>): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), 'gram-bench-'));
  try {
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function trainInto(output: string, folder: string, configuration: object): Promise<RunReport> {
  const file = join(folder, 'configuration.yaml');
  await writeFile(file, stringify({ baseDirectory: root, output, ...configuration }));
  return JSON.parse(await gram(['train', file, '--json'])) as RunReport;
}
