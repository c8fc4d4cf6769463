import { fork, type ChildProcess } from 'node:child_process';
import type { RunEvent, RunReport } from '@gramkit/experiment';
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
export async function runInProcess({ words, onEvent, signal, script = process.argv[1]! }: RunInProcessOptions): Promise<RunReport> {
  if (signal.aborted) throw interrupted();
  // Its standard output must not mix with ours; what the native library says goes where ours goes.
  const child = fork(script, [...words], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const interrupt = () => child.kill('SIGINT');
  signal.addEventListener('abort', interrupt);
  try {
    return await outcomeOf(child, onEvent);
  } finally {
    signal.removeEventListener('abort', interrupt);
  }
}

function outcomeOf(child: ChildProcess, onEvent: (event: RunEvent) => void): Promise<RunReport> {
  return new Promise((resolve, reject) => {
    let report: RunReport | undefined;
    let failure: Error | undefined;
    child.on('message', (message: RunMessage) => {
      if (message.event === 'error') {
        failure = errorFromReport(message);
        return;
      }
      if (message.event === 'report') report = message.report;
      onEvent(message);
    });
    child.on('error', reject);
    child.on('close', (exitCode, signalName) => {
      if (failure !== undefined) reject(failure);
      else if (report !== undefined && exitCode === 0) resolve(report);
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
