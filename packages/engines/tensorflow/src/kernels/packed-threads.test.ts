import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const program = fileURLToPath(new URL('../testing/packed-digests.ts', import.meta.url));

/** Digests of what the kernels give in a process of its own with this many threads. */
async function digests(threads: number): Promise<Record<string, string>> {
  const words = ['--conditions=@gramkit/source', '--import', import.meta.resolve('tsx'), program];
  const { stdout } = await promisify(execFile)(process.execPath, words, { env: { ...process.env, NODE_OPTIONS: '', TF_NUM_INTRAOP_THREADS: String(threads) } });
  return JSON.parse(stdout) as Record<string, string>;
}

it('has kernels for packed rows that give the same bits with any number of threads, and processes that end by themselves', async () => {
  const alone = await digests(1);
  expect(Object.keys(alone)).toEqual(['attention', 'dropout', 'norm', 'gelu', 'sums']);
  for (const threads of [2, 2, 5]) expect(await digests(threads)).toEqual(alone);
}, 120_000);
