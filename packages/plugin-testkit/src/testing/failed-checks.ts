import { type ConformanceCheck, ConformanceFailure } from '../check.js';

/** The names of the checks that fail. */
export async function failedChecks(checks: readonly ConformanceCheck[]): Promise<readonly string[]> {
  return Array.from((await failuresOf(checks)).keys());
}

/** The same, with the error of those that do not say what is wrong and how to mend it. */
export async function explainedFailures(checks: readonly ConformanceCheck[]): Promise<readonly string[]> {
  return Array.from(await failuresOf(checks), ([name, error]) => (error instanceof ConformanceFailure ? name : `${name}: ${String(error)}`));
}

async function failuresOf(checks: readonly ConformanceCheck[]): Promise<ReadonlyMap<string, unknown>> {
  const failures = new Map<string, unknown>();
  for (const { name, run } of checks) await run().catch((error: unknown) => failures.set(name, error));
  return failures;
}
