import { type ConformanceCheck, ConformanceFailure } from '../check.js';

/** The names of the checks that fail; with the error of those that do not say what is wrong and how to mend it. */
export async function failedChecks(checks: readonly ConformanceCheck[]): Promise<readonly string[]> {
  const failed: string[] = [];
  for (const { name, run } of checks) {
    const error = await run().then(() => undefined, (thrown: unknown) => thrown ?? 'nothing');
    if (error !== undefined) failed.push(error instanceof ConformanceFailure ? name : `${name}: ${String(error)}`);
  }
  return failed;
}
