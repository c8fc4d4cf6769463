import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { createInterface } from 'node:readline';
import { Failure } from './failure.mjs';

/**
 * Runs a program to its end. Ctrl-C and SIGTERM are passed on and left to it: it saves what it has, and its exit code tells.
 * @param {readonly string[]} command
 * @param {{ cwd: string, env?: Record<string, string>, onLine?: (line: string) => void }} options with `onLine`, the program's output
 *   goes there; otherwise it shows as it is.
 * @returns {Promise<number>} its exit code; 128 and the signal's number where a signal ended it, as shells have it.
 */
export function runProgram([program, ...words], { cwd, env = {}, onLine }) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, words, { cwd, env: { ...process.env, ...env }, stdio: ['inherit', ...(onLine ? ['pipe', 'pipe'] : ['inherit', 'inherit'])] });
    const pass = (signal) => child.kill(signal);
    process.on('SIGINT', pass).on('SIGTERM', pass);
    if (onLine) for (const stream of [child.stdout, child.stderr]) createInterface({ input: stream }).on('line', onLine);
    const end = (finish) => {
      process.off('SIGINT', pass).off('SIGTERM', pass);
      finish();
    };
    child.on('error', (cause) => end(() => reject(new Failure(`cannot run ${program} (${cause.message})`, `install ${program} and put it on the PATH`))));
    child.on('close', (code, signal) => end(() => resolve(code ?? 128 + constants.signals[signal])));
  });
}

/** Whether Ctrl-C (or SIGTERM) ended a program that gave `exitCode`. */
export function wasInterrupted(exitCode) {
  return exitCode === 130 || exitCode === 143;
}
