import { join, resolve } from 'node:path';
import envPaths from 'env-paths';

/** The folder that holds everything set-up brings: `GRAMKIT_CACHE`, or `gramkit` in the user's cache folder. */
export function cacheDirectory(): string {
  const chosen = process.env.GRAMKIT_CACHE;
  return chosen === undefined || chosen === '' ? envPaths('gramkit', { suffix: '' }).cache : resolve(chosen);
}

/** Where set-up puts MiniLM: a Hugging Face model folder. */
export function defaultModelDirectory(cache: string = cacheDirectory()): string {
  return join(cache, 'models', 'all-MiniLM-L6-v2');
}
