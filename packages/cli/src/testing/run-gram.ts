import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const script = fileURLToPath(new URL('../gram.ts', import.meta.url));

/** How a process of `gram` ended and what it said. */
export interface Outcome {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunGramOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly onStart?: (child: ChildProcess) => void;
  /** Called with the process and all of its standard error so far, whenever more comes. */
  readonly onStderr?: (child: ChildProcess, stderr: string) => void;
}

/** Runs `gram` from its sources in a process of its own, as a user's shell does. */
export function runGram(words: readonly string[], { cwd, env = {}, onStart, onStderr }: RunGramOptions = {}): Promise<Outcome> {
  const child = spawn(process.execPath, ['--conditions=@gramkit/source', '--import', import.meta.resolve('tsx'), script, ...words], {
    cwd,
    env: { ...process.env, NODE_OPTIONS: '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onStart?.(child);
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
    onStderr?.(child, stderr);
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (exitCode) => resolve({ exitCode, stdout, stderr }));
  });
}
