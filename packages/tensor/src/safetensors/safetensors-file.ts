import { type FileHandle, open } from 'node:fs/promises';
import { GramkitError, type HostTensor } from '@gramkit/spec';
import { convert, isReadable, readableTypes } from './element-types.js';
import { corrupt, maximumHeaderBytes, parseHeader, prefixBytes, type SafetensorsHeader, type TensorEntry } from './header.js';

/** Node reads at most 2 GiB at a time. */
const readBytes = 2 ** 30;

/**
 * Opens a safetensors file: reads and checks its header alone.
 * @throws GramkitError MODEL_FILE_MISSING, MODEL_FILE_CORRUPT
 */
export async function readSafetensorsHeader(file: string): Promise<SafetensorsHeader> {
  return withFile(file, async (handle) => {
    const { size } = await handle.stat();
    if (size < prefixBytes) throw corrupt(file, `it has ${size} bytes, fewer than the ${prefixBytes} that every such file begins with`);
    const declared = new DataView(await readRange(handle, file, 0, prefixBytes)).getBigUint64(0, true);
    if (declared > BigInt(Math.min(size - prefixBytes, maximumHeaderBytes))) {
      throw corrupt(file, `its header claims ${declared} bytes, and the file has ${size} in all (allowed: ${maximumHeaderBytes})`);
    }
    const headerBytes = Number(declared);
    const text = decodeUtf8(file, await readRange(handle, file, prefixBytes, headerBytes));
    return parseHeader(file, text, headerBytes, size);
  });
}

/**
 * Reads one tensor. F16 and BF16 are widened to float32.
 * @throws GramkitError MODEL_UNSUPPORTED for another type; MODEL_FILE_MISSING, MODEL_FILE_CORRUPT where the file has gone or changed
 */
export async function readTensor(file: string, { name, elementType, shape, begin, end }: TensorEntry): Promise<HostTensor> {
  if (!isReadable(elementType)) {
    throw new GramkitError('MODEL_UNSUPPORTED', `tensor '${name}' has elements of type ${elementType}`, {
      file, field: name, alternatives: readableTypes, fix: 'save the tensor with one of these types',
    });
  }
  const bytes = await withFile(file, (handle) => readRange(handle, file, begin, end - begin, name));
  return convert(elementType, bytes, shape);
}

async function withFile<Value>(file: string, use: (handle: FileHandle) => Promise<Value>): Promise<Value> {
  let handle: FileHandle;
  try {
    handle = await open(file, 'r');
  } catch (cause) {
    throw new GramkitError('MODEL_FILE_MISSING', `the file cannot be opened: ${(cause as Error).message}`, { file, cause, fix: 'check the path and its permissions' });
  }
  try {
    return await use(handle);
  } finally {
    await handle.close();
  }
}

async function readRange(handle: FileHandle, file: string, begin: number, count: number, name?: string): Promise<ArrayBuffer> {
  const bytes = new Uint8Array(count);
  let done = 0;
  while (done < count) {
    const { bytesRead } = await handle.read(bytes, done, Math.min(count - done, readBytes), begin + done);
    if (bytesRead === 0) throw corrupt(file, `it ended at byte ${begin + done} while it was read`, name);
    done += bytesRead;
  }
  return bytes.buffer;
}

function decodeUtf8(file: string, bytes: ArrayBuffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw corrupt(file, 'its header is no UTF-8', undefined, cause);
  }
}
