import { Failure } from './failure.mjs';
import { runProgram } from './program.mjs';

/**
 * Runs a program to its end and gives what it said, line by line joined.
 * @param {string} name what it is, for people
 * @param {readonly string[]} command
 * @param {{ cwd: string, env?: Record<string, string | undefined>, again: string }} options `again`: the command that they started.
 * @throws Failure with what the program said
 */
export async function programOutput(name, command, { cwd, env = {}, again }) {
  const lines = [];
  const { exitCode, interrupted } = await runProgram(command, { cwd, env, onLine: (line) => lines.push(line) });
  if (interrupted) throw new Failure(`${name} was interrupted`, again, { exitCode: 130 });
  if (exitCode !== 0) throw new Failure(`${name} failed with exit code ${exitCode}`, command.join(' '), { details: lines.join('\n') });
  return lines.join('\n');
}
