import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { GramkitError, type HostTensor } from '@gramkit/spec';
import { prefixBytes } from './header.js';

const typeNames = { float32: 'F32', int32: 'I32' } as const;
const bytesPerElement = 4;

/**
 * Writes tensors into a safetensors file: beside its place first, then onto disk, then renamed, so that at no time a partial file stands there.
 * @throws GramkitError OUTPUT_UNWRITABLE; RangeError where a tensor's data does not fill its shape
 */
export async function writeSafetensors(
  file: string, tensors: Readonly<Record<string, HostTensor>>, metadata: Readonly<Record<string, string>> = {},
): Promise<void> {
  Object.entries(tensors).forEach(([name, tensor]) => assertFilled(name, tensor));
  const header = safetensorsPrefix(tensors, metadata);
  const partial = `${file}.${process.pid}.partial`;
  try {
    await writeSynced(partial, [header, ...Object.values(tensors).map(bytesOf)]);
    await rename(partial, file);
    await syncDirectory(path.dirname(file));
  } catch (cause) {
    await rm(partial, { force: true });
    throw new GramkitError('OUTPUT_UNWRITABLE', `the file cannot be written: ${(cause as Error).message}`, {
      file, cause, fix: 'check that the folder exists and may be written to, and that the disk has room',
    });
  }
}

/**
 * What stands before the data in a safetensors file; the data follow in the order of the tensors, row-major and little-endian. For tensors that
 * are never whole in memory.
 */
export function safetensorsPrefix(tensors: Readonly<Record<string, Pick<HostTensor, 'dtype' | 'shape'>>>, metadata: Readonly<Record<string, string>> = {}): Uint8Array {
  let offset = 0;
  const entries = Object.entries(tensors).map(([name, tensor]) => {
    const begin = offset;
    offset += bytesPerElement * tensor.shape.reduce((product, dimension) => product * dimension, 1);
    return [name, { dtype: typeNames[tensor.dtype], shape: tensor.shape, data_offsets: [begin, offset] }] as const;
  });
  const text = JSON.stringify(Object.fromEntries([['__metadata__', metadata], ...entries]));
  const json = Buffer.from(text, 'utf8');
  // The data begins at a multiple of 8, so that a reader can map it into memory; spaces are the format's own padding.
  const bytes = Buffer.alloc(Math.ceil((prefixBytes + json.length) / 8) * 8, ' ');
  bytes.writeBigUInt64LE(BigInt(bytes.length - prefixBytes));
  json.copy(bytes, prefixBytes);
  return bytes;
}

function assertFilled(name: string, { shape, data }: HostTensor): void {
  const count = shape.reduce((product, dimension) => product * dimension, 1);
  if (data.length !== count) throw new RangeError(`tensor '${name}' of shape [${shape.join(', ')}] has ${data.length} elements, not ${count}`);
}

function bytesOf({ data }: HostTensor): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

async function writeSynced(file: string, parts: readonly Uint8Array[]): Promise<void> {
  const handle = await open(file, 'w');
  try {
    for (const part of parts) await writeAll(handle, part);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function writeAll(handle: FileHandle, bytes: Uint8Array): Promise<void> {
  let done = 0;
  while (done < bytes.length) done += (await handle.write(bytes, done)).bytesWritten;
}

/** A rename is on disk once its folder is. Windows syncs no folders. */
async function syncDirectory(directory: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
