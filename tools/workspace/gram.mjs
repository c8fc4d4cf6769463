import { join } from 'node:path';

/** The words that run this workspace's `gram`. */
export function gram(root, ...words) {
  return [process.execPath, join(root, 'packages', 'cli', 'bin', 'gram.js'), ...words];
}
