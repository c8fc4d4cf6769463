import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { missingFile } from './numbered-lines.js';

/** SHA-256 over options and the contents of files, hexadecimal. @throws GramkitError DATA_MISSING */
export async function fingerprintFiles(files: readonly string[], options: unknown): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify(options));
  for (const file of files) {
    const content = createHash('sha256');
    try {
      for await (const chunk of createReadStream(file)) content.update(chunk as Buffer);
    } catch (cause) {
      throw missingFile(file, cause);
    }
    hash.update(content.digest());
  }
  return hash.digest('hex');
}
