import { access, readFile } from 'node:fs/promises';
import path from 'node:path';
import { GramkitError, type HostTensor } from '@gramkit/spec';
import { z } from 'zod';
import { corrupt, type SafetensorsHeader, type TensorEntry } from './header.js';
import { readSafetensorsHeader, readTensor } from './safetensors-file.js';

const singleFile = 'model.safetensors';
const indexFile = 'model.safetensors.index.json';
const indexSchema = z.looseObject({ weight_map: z.record(z.string(), z.string()) });

/** A tensor of a model folder, not read yet. */
export interface ModelTensor {
  readonly file: string;
  readonly elementType: string;
  readonly shape: readonly number[];
  /** @throws GramkitError MODEL_UNSUPPORTED, MODEL_FILE_CORRUPT, MODEL_FILE_MISSING */
  read(): Promise<HostTensor>;
}

/**
 * The tensors of a Hugging Face model folder by name, from `model.safetensors` or the shards that `model.safetensors.index.json` lists.
 * Headers are read and checked, no tensor is.
 * @throws GramkitError MODEL_FILE_MISSING, MODEL_FILE_CORRUPT
 */
export async function openModelTensors(directory: string): Promise<ReadonlyMap<string, ModelTensor>> {
  if (await exists(path.join(directory, singleFile))) return tensorsOf([await readSafetensorsHeader(path.join(directory, singleFile))]);
  const index = path.join(directory, indexFile);
  if (await exists(index)) return shardedTensors(directory, index);
  throw new GramkitError('MODEL_FILE_MISSING', `there is neither ${singleFile} nor ${indexFile}`, {
    file: directory,
    fix: 'give a folder that has one; a pytorch_model.bin becomes one by AutoModel.from_pretrained(FOLDER).save_pretrained(FOLDER, safe_serialization=True)',
  });
}

async function shardedTensors(directory: string, index: string): Promise<ReadonlyMap<string, ModelTensor>> {
  const shardOf = parseIndex(index, await readFile(index, 'utf8'));
  const shards = [...new Set(Object.values(shardOf))];
  shards.forEach((shard) => assertPlainName(index, shard));
  const headers = await Promise.all(shards.map((shard) => readSafetensorsHeader(path.join(directory, shard))));
  const tensors = tensorsOf(headers);
  for (const [name, shard] of Object.entries(shardOf)) {
    const file = path.join(directory, shard);
    if (tensors.get(name)?.file !== file) throw corrupt(file, `${indexFile} says that tensor '${name}' is in it, and it is not`, name);
  }
  return tensors;
}

function parseIndex(file: string, text: string): Readonly<Record<string, string>> {
  try {
    return indexSchema.parse(JSON.parse(text)).weight_map;
  } catch (cause) {
    throw new GramkitError('MODEL_FILE_CORRUPT', `this is no index of shards: ${(cause as Error).message}`, { file, field: 'weight_map', cause, fix: 'copy the file again' });
  }
}

/** A shard lies in the model's own folder. */
function assertPlainName(file: string, shard: string): void {
  if (shard !== '' && shard !== '.' && shard !== '..' && !/[/\\\0]/.test(shard)) return;
  throw new GramkitError('MODEL_FILE_CORRUPT', `the shard '${shard}' is no file name`, { file, field: 'weight_map', fix: 'name files of the same folder' });
}

function tensorsOf(headers: readonly SafetensorsHeader[]): ReadonlyMap<string, ModelTensor> {
  const tensors = new Map<string, ModelTensor>();
  for (const { file, entries } of headers) {
    for (const entry of entries.values()) {
      const other = tensors.get(entry.name);
      if (other !== undefined) throw corrupt(file, `tensor '${entry.name}' is in ${other.file} too`, entry.name);
      tensors.set(entry.name, modelTensor(file, entry));
    }
  }
  return tensors;
}

function modelTensor(file: string, entry: TensorEntry): ModelTensor {
  return { file, elementType: entry.elementType, shape: entry.shape, read: () => readTensor(file, entry) };
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(() => true, () => false);
}
