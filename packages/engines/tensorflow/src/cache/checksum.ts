import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';

/** SHA-256 of a file as lower-case hexadecimal, read in stretches. `onBytes` is told how much was read since the last call. */
export async function fileChecksum(path: string, onBytes: (count: number) => void = () => {}, signal?: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20, signal })) {
    hash.update(chunk as Buffer);
    onBytes((chunk as Buffer).length);
  }
  return hash.digest('hex');
}

/** SHA-256 of a text. */
export function textChecksum(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
