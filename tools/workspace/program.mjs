import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { createInterface } from 'node:readline';
import { Failure } from './failure.mjs';

const stopSignals = ['SIGINT', 'SIGTERM'];

/**
 * Runs a program to its end. Ctrl-C and SIGTERM are passed on and left to it: it saves what it has, and its exit code tells.
 * @param {readonly string[]} command
 * @param {{ cwd: string, env?: Record<string, string>, onLine?: (line: string) => void }} options with `onLine`, the program's output
 *   goes there; otherwise it shows as it is.
 * @returns {Promise<{ exitCode: number, interrupted: boolean }>} its exit code (128 and the signal's number where a signal ended it, as
 *   shells have it), and whether it was told to stop: Nx's exit code 130 can mean a failure too.
 */
export function runProgram([program, ...words], { cwd, env = {}, onLine }) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, words, { cwd, env: { ...process.env, ...env }, stdio: ['inherit', ...(onLine ? ['pipe', 'pipe'] : ['inherit', 'inherit'])] });
    let interrupted = false;
    const pass = (signal) => {
      interrupted = true;
      child.kill(signal);
    };
    for (const signal of stopSignals) process.on(signal, pass);
    if (onLine) for (const stream of [child.stdout, child.stderr]) createInterface({ input: stream }).on('line', onLine);
    const end = (finish) => {
      for (const signal of stopSignals) process.off(signal, pass);
      finish();
    };
    child.on('error', (cause) => end(() => reject(new Failure(`cannot run ${program} (${cause.message})`, `install ${program} and put it on the PATH`))));
    child.on('close', (code, signal) => end(() => resolve({ exitCode: code ?? 128 + constants.signals[signal], interrupted: interrupted || stopSignals.includes(signal) })));
  });
}
