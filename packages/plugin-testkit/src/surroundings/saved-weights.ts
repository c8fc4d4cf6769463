import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Weight } from '@gramkit/spec';
import { readSafetensors, uploadTensor, writeSafetensors } from '@gramkit/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { demand } from '../check.js';
import { sameNumbers } from '../comparison/number-lists.js';

/** Writes weights into a file, as a checkpoint does, and gives them to the weights of another component by their names. */
export async function loadSavedWeights(from: readonly Weight[], to: readonly Weight[]): Promise<void> {
  demandSameNames(from, to);
  const folder = await mkdtemp(join(tmpdir(), 'gramkit-testkit-'));
  try {
    const file = join(folder, 'weights.safetensors');
    await writeSafetensors(file, Object.fromEntries(from.map(({ name, variable }) => [name, { dtype: 'float32', shape: variable.shape, data: variable.dataSync<'float32'>() }])));
    const { tensors } = await readSafetensors(file);
    tf.tidy(() => to.forEach(({ name, variable }) => variable.assign(uploadTensor(tensors[name]!))));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Gives `to` the values of the weights `from`, by their names. */
export function copyWeights(from: readonly Weight[], to: readonly Weight[]): void {
  demandSameNames(from, to);
  const targets = new Map(to.map(({ name, variable }) => [name, variable]));
  tf.tidy(() => from.forEach(({ name, variable }) => targets.get(name)!.assign(variable.clone())));
}

/** The names of the weights whose values are no longer those. */
export function changedWeights(weights: readonly Weight[], before: Readonly<Record<string, ArrayLike<number>>>): readonly string[] {
  return weights.filter(({ name, variable }) => !sameNumbers(variable.dataSync(), before[name]!)).map(({ name }) => name);
}

function demandSameNames(from: readonly Weight[], to: readonly Weight[]): void {
  const [names, others] = [from, to].map((weights) => weights.map(({ name }) => name));
  demand(new Set(names).size === names!.length, `two weights have the same name: ${names!.join(', ')}`, 'name every weight once: checkpoints find weights by their names.');
  demand([...names!].sort().join('\n') === [...others!].sort().join('\n'), `two components of the same options have other weights: ${names!.join(', ')} and ${others!.join(', ')}`, 'name weights by what they are, the same in every run.');
}
