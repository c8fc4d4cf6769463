import { describe, it } from 'vitest';
import type { ConformanceCheck } from './check.js';

/** A first run compiles functions and may wait for the disk. */
const timeoutMilliseconds = 120_000;

/** Declares each check as a test of the calling file, together under `title`. */
export function declareChecks(title: string, checks: readonly ConformanceCheck[]): void {
  describe(title, () => {
    for (const { name, run } of checks) it(name, run, timeoutMilliseconds);
  });
}
