import { GramkitError, type Json } from '@gramkit/spec';
import writeFileAtomic from 'write-file-atomic';

/** Writes a file whole or not at all. @throws GramkitError OUTPUT_UNWRITABLE */
export async function writeWhole(file: string, content: string | Uint8Array): Promise<void> {
  try {
    await writeFileAtomic(file, typeof content === 'string' ? content : Buffer.from(content));
  } catch (cause) {
    throw unwritable(file, cause);
  }
}

/** The same for a value as JSON. */
export async function writeJson(file: string, value: unknown): Promise<void> {
  await writeWhole(file, `${JSON.stringify(value, undefined, 2)}\n`);
}

export function unwritable(file: string, cause: unknown): GramkitError {
  return new GramkitError('OUTPUT_UNWRITABLE', `cannot write: ${(cause as Error).message}`, { file, fix: 'Check permissions and free space, or choose another output folder.', cause });
}

export type JsonRecord = Readonly<Record<string, Json>>;
