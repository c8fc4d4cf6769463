import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { text as textOf } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { runCommandLine } from './command-line.js';
import { temporaryFolder } from './testing/temporary-folder.js';

/** What the command did with these words, where `keys` are pressed on its terminal, each once the question before it was drawn; without keys it has no terminal. */
async function run(words: readonly string[], keys?: readonly string[]): Promise<{ readonly exitCode: number; readonly stdout: string; readonly stderr: string }> {
  const isTTY = keys !== undefined;
  const stdin = Object.assign(new PassThrough(), { isTTY, setRawMode: () => undefined });
  const [stdout, stderr] = [Object.assign(new PassThrough(), { isTTY, columns: 120, rows: 40 }), new PassThrough()];
  const [written, complaints] = [textOf(stdout), textOf(stderr)];
  const running = runCommandLine(words, { stdin, stdout, stderr });
  for (const key of keys ?? []) {
    await new Promise((resolve) => setTimeout(resolve, 150));
    stdin.write(key);
  }
  const exitCode = await running;
  stdout.end();
  stderr.end();
  return { exitCode, stdout: await written, stderr: await complaints };
}

describe('create-gramkit-plugin', () => {
  const folder = temporaryFolder();
  const target = () => path.join(folder(), 'made');

  it('writes what the flags say, and tells what to do next', async () => {
    const { exitCode, stdout } = await run(['--kind', 'model', '--name', 'logistic', '--directory', target()]);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^gramkit-model-logistic: wrote \d+ files into .*\n {2}cd .*\n {2}npm install\n/);
    expect(JSON.parse(await readFile(path.join(target(), 'package.json'), 'utf8'))).toMatchObject({ name: 'gramkit-model-logistic' });
  });

  it('prints what it wrote under --json, and nothing else', async () => {
    const { stdout, stderr } = await run(['--kind', 'reader', '--name', 'notes', '--directory', target(), '--description', 'Reads notes.', '--json']);
    expect(JSON.parse(stdout)).toMatchObject({ packageName: 'gramkit-reader-notes', directory: target(), files: expect.arrayContaining(['data/items.tsv', 'src/index.ts']) as string[] });
    expect(stderr).toBe('');
  });

  it('asks on a terminal for what it is not told', async () => {
    // The second kind; a name that is refused and then mended; the description as offered; the folder as given.
    const { exitCode, stdout } = await run(['--directory', target()], ['\u001b[B', '\r', 'words', '\r', '2', '\r', '\r']);
    expect(stdout).toContain("'words' is a tokenizer that comes with Gramkit");
    expect(exitCode).toBe(0);
    expect(JSON.parse(await readFile(path.join(target(), 'package.json'), 'utf8'))).toMatchObject({ name: 'gramkit-tokenizer-words2', description: 'Tokenizer without a vocabulary: the bytes of a text in UTF-8.' });
  });

  it('writes nothing where the author leaves', async () => {
    expect(await run(['--directory', target()], ['\r', '\u0003'])).toMatchObject({ exitCode: 130 });
    expect(await readdir(folder())).toEqual([]);
  });

  it.each([
    [['--kind', 'encoder'], '--name is missing, and there is no terminal to ask on'],
    [[], '--kind and --name are missing'],
    [['--kind', 'encoder', '--name', 'bert'], 'comes with Gramkit'],
    [['--kind', 'encoder', '--name', 'No Name'], 'is no name of a plugin'],
    [['--kind', 'engine', '--name', 'x'], 'Allowed choices are encoder'],
    [['--kind', 'encoder', '--nam', 'x'], 'Did you mean --name?'],
    [['encoder'], 'too many arguments'],
  ] as const)('refuses %j with exit code 2', async (words, message) => {
    const { exitCode, stderr, stdout } = await run(words);
    expect([exitCode, stdout]).toEqual([2, '']);
    expect(stderr).toContain(message);
  });

  it('does not ask with --yes or --json, even on a terminal', async () => {
    expect(await run(['--yes', '--kind', 'encoder'], [])).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('nothing is to be asked') as string });
    const { stdout } = await run(['--json', '--kind', 'encoder'], []);
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'USAGE', message: expect.stringContaining('--name is missing') as string } });
    expect(JSON.parse((await run(['--json', '--kind', 'engine'])).stdout)).toMatchObject({ error: { code: 'USAGE' } });
  });

  it('refuses a folder that is not empty, with exit code 1, and leaves it alone', async () => {
    await writeFile(path.join(folder(), 'notes.md'), 'mine');
    const { exitCode, stderr } = await run(['--kind', 'encoder', '--name', 'ngrams', '--directory', folder()]);
    expect(exitCode).toBe(1);
    expect(stderr).toContain('is not empty: there is notes.md');
    expect(await readdir(folder())).toEqual(['notes.md']);
  });

  it('shows its help', async () => {
    expect(await run(['--help'])).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('--kind <kind>') as string });
  });
});
