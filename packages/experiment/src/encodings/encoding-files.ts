import { createHash } from 'node:crypto';
import { utimes } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder } from '@gramkit/data';
import { type CatalogueEncoding, type EncodingStore, formatError, GramkitError, type HostTensor, isGramkitError, type Json, type RunLogger } from '@gramkit/spec';
import { readSafetensors, writeSafetensors } from '@gramkit/tensor';
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import { encodingKey } from './encoding-key.js';
import { limitFolder } from './limit-folder.js';

const tensorName = 'encodings';

/** Keeps encodings in a folder, one safetensors file a catalogue and model, named by what they follow from. The folder may be deleted at any time. */
export class EncodingFiles implements EncodingStore {
  /** @param surroundings what encodings follow from beside encoder and catalogue */
  constructor(
    private readonly folder: string,
    private readonly surroundings: Json,
    private readonly logger: RunLogger,
  ) {}

  async obtain(of: CatalogueEncoding, limitBytes: number, make: () => Promise<Tensor2D>): Promise<{ readonly encodings: Tensor2D; readonly kept: boolean }> {
    const bytes = 4 * of.catalogue.count * of.encoder.dimension;
    if (bytes > limitBytes) return { encodings: await make(), kept: false };
    const file = join(this.folder, `${await encodingKey(of, this.surroundings)}.safetensors`);
    const found = existsSync(file) ? await this.#read(file, [of.catalogue.count, of.encoder.dimension]) : undefined;
    if (found !== undefined) return { encodings: found, kept: true };
    const encodings = await make();
    await this.#write(file, encodings, limitBytes);
    return { encodings, kept: false };
  }

  async #read(file: string, shape: [number, number]): Promise<Tensor2D | undefined> {
    try {
      const data = await readChecked(file, shape);
      // When it was last used decides what leaves first; a folder that may only be read works without.
      await utimes(file, new Date(), new Date()).catch(() => undefined);
      return tf.tensor2d(data, shape);
    } catch (error) {
      this.#warn('Encodings kept from an earlier run cannot be used and are made anew', error);
      return undefined;
    }
  }

  /** A run does not fail over what would only have spared the next one some work. */
  async #write(file: string, encodings: Tensor2D, limitBytes: number): Promise<void> {
    try {
      await makeFolder(this.folder);
      const data = await encodings.data<'float32'>();
      await writeSafetensors(file, { [tensorName]: { dtype: 'float32', shape: encodings.shape, data } }, { sha256: checksum(data) });
      await limitFolder(this.folder, limitBytes);
    } catch (error) {
      this.#warn('The encodings of the items cannot be kept for later runs', error);
    }
  }

  #warn(what: string, error: unknown): void {
    this.logger.message('warning', `${what}: ${isGramkitError(error) ? formatError(error) : (error as Error).message}`);
  }
}

/** @throws GramkitError MODEL_FILE_CORRUPT where the file is not what was written */
async function readChecked(file: string, shape: readonly number[]): Promise<Float32Array> {
  const { tensors, metadata } = await readSafetensors(file);
  const tensor: HostTensor | undefined = tensors[tensorName];
  if (tensor?.dtype !== 'float32' || tensor.shape.join() !== shape.join()) {
    throw new GramkitError('MODEL_FILE_CORRUPT', `it holds no float32 tensor '${tensorName}' of shape [${shape.join(', ')}]`, { file });
  }
  if (checksum(tensor.data) !== metadata['sha256']) throw new GramkitError('MODEL_FILE_CORRUPT', 'its data does not match its checksum', { file });
  return tensor.data;
}

function checksum({ buffer, byteOffset, byteLength }: Float32Array): string {
  return createHash('sha256').update(new Uint8Array(buffer, byteOffset, byteLength)).digest('hex');
}
