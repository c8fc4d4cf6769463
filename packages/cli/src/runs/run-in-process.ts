import { fork, type ChildProcess } from 'node:child_process';
import type { CalibratedStrategy, RunEvent, RunReport } from '@gramkit/experiment';
import { GramkitError } from '@gramkit/spec';
import { errorFromReport, type RunMessage } from './run-messages.js';

export interface RunInProcessOptions {
  /** The words of `gram` that train and tell their parent. */
  readonly words: readonly string[];
  readonly onEvent: (event: RunEvent) => void;
  readonly signal: AbortSignal;
  /** The script that runs `gram`. */
  readonly script?: string;
}

/**
 * Trains in a process of its own, so that its peak memory is its own and the native library starts afresh.
 * @throws what the run threw; INTERRUPTED; ENGINE_FAILED where the process ended without a word.
 */
export async function runInProcess(options: RunInProcessOptions): Promise<RunReport> {
  return (await resultOf('report', options)).report;
}

/** Calibrates a strategy for a plan in a process of its own. @throws as `runInProcess` does. */
export async function calibrateInProcess(options: RunInProcessOptions): Promise<CalibratedStrategy> {
  return (await resultOf('calibration', options)).calibration;
}

/** The message that ends the work of a process. */
type ResultOf<Name> = Extract<RunMessage, { readonly event: Name }>;

async function resultOf<Name extends 'report' | 'calibration'>(name: Name, { words, onEvent, signal, script = process.argv[1]! }: RunInProcessOptions): Promise<ResultOf<Name>> {
  if (signal.aborted) throw interrupted();
  // Its standard output must not mix with ours; what the native library says goes where ours goes.
  const child = fork(script, [...words], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const interrupt = () => child.kill('SIGINT');
  signal.addEventListener('abort', interrupt);
  try {
    return await outcomeOf(name, child, onEvent);
  } finally {
    signal.removeEventListener('abort', interrupt);
  }
}

function outcomeOf<Name extends 'report' | 'calibration'>(name: Name, child: ChildProcess, onEvent: (event: RunEvent) => void): Promise<ResultOf<Name>> {
  return new Promise((resolve, reject) => {
    let result: ResultOf<Name> | undefined;
    let failure: Error | undefined;
    child.on('message', (message: RunMessage) => {
      if (message.event === 'error') {
        failure = errorFromReport(message);
        return;
      }
      if (message.event === name) result = message as ResultOf<Name>;
      if (message.event !== 'calibration') onEvent(message);
    });
    child.on('error', reject);
    child.on('close', (exitCode, signalName) => {
      if (failure !== undefined) reject(failure);
      else if (result !== undefined && exitCode === 0) resolve(result);
      else reject(endedWithoutReport(exitCode, signalName));
    });
  });
}

function endedWithoutReport(exitCode: number | null, signalName: NodeJS.Signals | null): GramkitError {
  if (signalName === 'SIGINT' || signalName === 'SIGTERM' || exitCode === 130) return interrupted();
  const how = signalName === null ? `exit code ${exitCode}` : signalName;
  const fix = signalName === 'SIGKILL' ? 'the machine has most likely run out of memory: use a smaller training.batchSize' : 'train this strategy alone to see more: npx gram train CONFIG';
  return new GramkitError('ENGINE_FAILED', `the process of the run ended with ${how} before its report`, { fix });
}

function interrupted(): GramkitError {
  return new GramkitError('INTERRUPTED', 'the run was interrupted');
}
