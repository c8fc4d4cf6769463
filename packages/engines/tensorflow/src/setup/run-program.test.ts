import { describe, expect, it } from 'vitest';
import { programWorks, runProgram } from './run-program.js';

describe('runProgram', () => {
  it('gives exit code, output of both streams and lines', async () => {
    const lines: string[] = [];
    const { code, output } = await runProgram(['sh', '-c', 'printf "one\\ntwo\\n"; echo three >&2; exit 3'], { onLine: (line) => lines.push(line) });
    expect(code).toBe(3);
    expect(output).toContain('one\ntwo\n');
    expect([...lines].sort()).toEqual(['one', 'three', 'two']);
  });

  it('ends the program and rejects when it is told to stop', async () => {
    const controller = new AbortController();
    const start = performance.now();
    setTimeout(() => controller.abort(), 100);
    await expect(runProgram(['sleep', '30'], { signal: controller.signal })).rejects.toMatchObject({ code: 'INTERRUPTED' });
    expect(performance.now() - start).toBeLessThan(10_000);
  });

  it('rejects for a program that is not there, which programWorks turns into false', async () => {
    await expect(runProgram(['no-such-program-of-gramkit'])).rejects.toMatchObject({ code: 'ENOENT' });
    expect(await programWorks(['no-such-program-of-gramkit'])).toBe(false);
    expect(await programWorks(['false'])).toBe(false);
    expect(await programWorks(['true'])).toBe(true);
  });
});
