import { fileURLToPath } from 'node:url';

/** Path of a file that this package ships beside its code. This module stays directly under `src`: the bundle is one level deep too. */
export function assetPath(name: string): string {
  return fileURLToPath(new URL(`../assets/${name}`, import.meta.url));
}
