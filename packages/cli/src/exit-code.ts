import { errorCategory, isGramkitError } from '@gramkit/spec';

/** What the exit codes of `gram` mean. */
export const exitCodes = { done: 0, failed: 1, badUsage: 2, interrupted: 130 } as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** The exit code that tells a script what kind of failure `error` is. A plugin that is not found is a fault of the configuration. */
export function exitCodeOf(error: unknown): ExitCode {
  if (!isGramkitError(error)) return exitCodes.failed;
  if (error.code === 'INTERRUPTED') return exitCodes.interrupted;
  const category = errorCategory(error.code);
  return category === 'configuration' || category === 'plugin' ? exitCodes.badUsage : exitCodes.failed;
}
