import { GramkitError, isGramkitError } from '@gramkit/spec';

/** Command that mends whatever set-up brings. */
export const setupCommand = 'npx gram setup';

/** Command that sets TensorFlow up for a GPU too, or mends that. */
export const gpuSetupCommand = 'npx gram setup --gpu';

const moveCache = 'or choose another folder with the environment variable GRAMKIT_CACHE';

/** The cache folder cannot be made or written. */
export function unwritableCache(cache: string, cause: unknown): GramkitError {
  if (isGramkitError(cause)) return cause;
  return new GramkitError('SETUP_DISK', `the cache folder ${cache} cannot be written (${(cause as Error).message})`, {
    file: cache,
    fix: `chown -R "$(id -un)" '${cache}' (with sudo if need be), ${moveCache}`,
    cause,
  });
}

/** There is too little room for what set-up is about to write. */
export function diskFull(directory: string, neededBytes: number, availableBytes?: number, cause?: unknown, command = setupCommand): GramkitError {
  const available = availableBytes === undefined ? '' : `, ${formatMegabytes(availableBytes)} are free`;
  return new GramkitError('SETUP_DISK', `the disk of ${directory} is full: set-up needs ${formatMegabytes(neededBytes)} there${available}`, {
    file: directory,
    fix: `make room, ${moveCache}, then run: ${command}`,
    cause,
  });
}

/** Set-up was stopped by its caller. */
export function interrupted(): GramkitError {
  return new GramkitError('INTERRUPTED', 'set-up was interrupted; nothing half-done was kept', { fix: setupCommand });
}

/** An amount of storage, for people. */
export function formatMegabytes(bytes: number): string {
  return `${Math.ceil(bytes / 1e6).toLocaleString('en')} MB`;
}
