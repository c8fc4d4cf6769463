import { existsSync } from 'node:fs';
import { GramkitError } from '@gramkit/spec';

/**
 * Refuses to replace what is there, before any work is done for it.
 * @throws GramkitError OUTPUT_UNWRITABLE
 */
export function requireFree(path: string, overwrite: boolean): void {
  if (overwrite || !existsSync(path)) return;
  throw new GramkitError('OUTPUT_UNWRITABLE', 'is there already', { file: path, fix: 'Replace it (--overwrite), or choose another output.' });
}
