import { spawn } from 'node:child_process';
import { interrupted } from './failures.js';

/** What a finished program left. */
export interface ProgramResult {
  /** Exit code; null where a signal ended it. */
  readonly code: number | null;
  /** The last of what it wrote, standard output and error together. */
  readonly output: string;
}

export interface ProgramOptions {
  readonly directory?: string;
  readonly environment?: NodeJS.ProcessEnv;
  readonly onLine?: (line: string) => void;
  readonly signal?: AbortSignal;
}

const keptCharacters = 20_000;

/** Runs a program to its end, without a shell. Rejects with ENOENT where there is no such program, and when `signal` aborts. */
export async function runProgram(command: readonly string[], options: ProgramOptions = {}): Promise<ProgramResult> {
  const { directory, environment = process.env, onLine, signal } = options;
  if (signal?.aborted === true) throw interrupted();
  return new Promise((resolve, reject) => {
    const child = spawn(command[0]!, command.slice(1), { cwd: directory, env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
    const stop = (): void => void child.kill('SIGTERM');
    signal?.addEventListener('abort', stop);
    let output = '';
    let unfinishedLine = '';
    const onText = (text: string): void => {
      output = (output + text).slice(-keptCharacters);
      const lines = (unfinishedLine + text).split(/\r?\n/);
      unfinishedLine = lines.pop()!;
      if (onLine !== undefined) lines.forEach(onLine);
    };
    child.stdout.setEncoding('utf8').on('data', onText);
    child.stderr.setEncoding('utf8').on('data', onText);
    child.on('error', reject);
    child.on('close', (code) => {
      signal?.removeEventListener('abort', stop);
      if (signal?.aborted === true) reject(interrupted());
      else resolve({ code, output });
    });
  });
}

/** Whether a program starts and ends well. */
export async function programWorks(command: readonly string[]): Promise<boolean> {
  try {
    return (await runProgram(command)).code === 0;
  } catch {
    return false;
  }
}
