import { expect, it } from 'vitest';
import { runProgram } from './program.mjs';

const node = (script) => [process.execPath, '-e', script];
const cwd = process.cwd();

it('gives the exit code and every line of both streams', async () => {
  const lines = [];
  const outcome = await runProgram(node('console.log("a"); console.error("b"); process.exit(3)'), { cwd, onLine: (line) => lines.push(line) });
  expect(outcome).toEqual({ exitCode: 3, interrupted: false });
  expect(lines.sort()).toEqual(['a', 'b']);
});

it('gives 128 and the number of the signal that ended the program', async () => {
  const outcome = await runProgram(node('process.kill(process.pid, "SIGTERM"); setTimeout(() => {}, 10_000)'), { cwd, onLine: () => {} });
  expect(outcome).toEqual({ exitCode: 143, interrupted: true });
});

it('names a program that is not there', async () => {
  await expect(runProgram(['no-such-program'], { cwd })).rejects.toThrow(/no-such-program/);
});

it('hands an interruption on to the program', async () => {
  const script = 'process.on("SIGINT", () => process.exit(130)); console.log("ready"); setInterval(() => {}, 1_000)';
  const outcome = await runProgram(node(script), { cwd, onLine: () => process.emit('SIGINT', 'SIGINT') });
  expect(outcome).toEqual({ exitCode: 130, interrupted: true });
});
