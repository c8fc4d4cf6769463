import { readFileSync } from 'node:fs';
import { assetPath } from '../assets.js';

/** Version of this package. */
export function packageVersion(): string {
  return (JSON.parse(readFileSync(assetPath('../package.json'), 'utf8')) as { version: string }).version;
}
