import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { HostTensor, Json } from '@gramkit/spec';
import { readSafetensors } from '@gramkit/tensor';
import { CheckpointStore } from '../checkpoints/checkpoint-store.js';

/** The tensors of a run's last checkpoint, by part (`encoder.safetensors`) and name. */
export async function lastTensorsOf(runDirectory: string): Promise<Record<string, Readonly<Record<string, HostTensor>>>> {
  const { directory } = (await new CheckpointStore(join(runDirectory, 'checkpoints'), 2).latest())!;
  const parts = (await readdir(directory)).filter((file) => file.endsWith('.safetensors')).sort();
  return Object.fromEntries(await Promise.all(parts.map(async (part) => [part, (await readSafetensors(join(directory, part))).tensors] as const)));
}

/** The records of a run's `metrics.jsonl`. */
export async function linesOf(runDirectory: string): Promise<Record<string, Json>[]> {
  const text = await readFile(join(runDirectory, 'metrics.jsonl'), 'utf8');
  return text.split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as Record<string, Json>);
}

/** The loss of every step. */
export async function lossesOf(runDirectory: string): Promise<number[]> {
  return (await linesOf(runDirectory)).filter(({ kind }) => kind === 'step').map(({ loss }) => loss as number);
}
