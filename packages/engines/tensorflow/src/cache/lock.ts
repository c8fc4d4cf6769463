import { mkdir } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { GramkitError } from '@gramkit/spec';
import lockfile from 'proper-lockfile';
import { unwritableCache } from '../setup/failures.js';

const staleMilliseconds = 20_000;
const retryMilliseconds = 500;

/** Runs `work` while no other process holds the lock of `cache`. `onWait` is called once if another one does. */
export async function withCacheLock<Result>(cache: string, work: () => Promise<Result>, onWait: () => void, signal?: AbortSignal): Promise<Result> {
  await mkdir(cache, { recursive: true }).catch((cause: unknown) => {
    throw unwritableCache(cache, cause);
  });
  const release = await acquire(cache, onWait, signal);
  try {
    return await work();
  } finally {
    // A lock that was lost (a machine asleep) is nothing to fail over once the work is done.
    await release().catch(() => {});
  }
}

async function acquire(cache: string, onWait: () => void, signal?: AbortSignal): Promise<() => Promise<void>> {
  for (let attempt = 0; ; attempt++) {
    if (signal?.aborted === true) throw new GramkitError('INTERRUPTED', 'set-up was interrupted while it waited for another one');
    try {
      return await lockfile.lock(cache, { lockfilePath: `${cache}/.setup-lock`, stale: staleMilliseconds, onCompromised: () => {} });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ELOCKED') throw unwritableCache(cache, error);
      if (attempt === 0) onWait();
      await delay(retryMilliseconds);
    }
  }
}
