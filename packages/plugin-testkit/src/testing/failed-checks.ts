import type { ConformanceCheck } from '../check.js';

/** The names of the checks that fail. */
export async function failedChecks(checks: readonly ConformanceCheck[]): Promise<readonly string[]> {
  const failed: string[] = [];
  for (const { name, run } of checks) {
    const passed = await run().then(() => true, () => false);
    if (!passed) failed.push(name);
  }
  return failed;
}
