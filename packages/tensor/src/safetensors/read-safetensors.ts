import type { HostTensor } from '@gramkit/spec';
import { readSafetensorsHeader, readTensor } from './safetensors-file.js';

/** Everything in a safetensors file. */
export interface SafetensorsContent {
  readonly tensors: Readonly<Record<string, HostTensor>>;
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * Reads a whole safetensors file of float and 32-bit integer tensors.
 * @throws GramkitError MODEL_FILE_MISSING, MODEL_FILE_CORRUPT, MODEL_UNSUPPORTED
 */
export async function readSafetensors(file: string): Promise<SafetensorsContent> {
  const { entries, metadata } = await readSafetensorsHeader(file);
  const tensors: [string, HostTensor][] = [];
  for (const entry of entries.values()) tensors.push([entry.name, await readTensor(file, entry)]);
  return { tensors: Object.fromEntries(tensors), metadata };
}
