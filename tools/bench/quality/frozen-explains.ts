import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ItemContent } from '@gramkit/spec';
import { gram } from '../run-gram.js';
import { explainedVariance, type Samples } from './ridge-regression.js';

/** One over the variance of the prior on a weight; the encodings are not normalised. */
const ridgePenalty = 1;

/** Share of the difficulty of unseen items that a ridge regression on the frozen model's encodings of the others explains. */
export async function frozenExplains(items: readonly ItemContent[]): Promise<number> {
  const encodings = await encode(items.map(({ fields }) => fields['text']!));
  const samples = (unseen: string): Samples => {
    const rows = items.flatMap(({ fields }, row) => (fields['unseen'] === unseen ? [row] : []));
    return { features: rows.map((row) => encodings[row]!), targets: rows.map((row) => Number(items[row]!.fields['difficulty'])) };
  };
  return explainedVariance(samples('0'), samples('1'), ridgePenalty);
}

/** Encodings of texts by the model that set-up brought, as a user gets them. */
async function encode(texts: readonly string[]): Promise<number[][]> {
  const folder = await mkdtemp(join(tmpdir(), 'gram-bench-'));
  try {
    const input = join(folder, 'texts.jsonl');
    const output = join(folder, 'encodings.jsonl');
    await writeFile(input, texts.map((text) => `${JSON.stringify({ text })}\n`).join(''));
    await gram(['encode', '--texts', input, '--output', output]);
    const lines = (await readFile(output, 'utf8')).trim().split('\n');
    return lines.map((line) => (JSON.parse(line) as { embedding: number[] }).embedding);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
