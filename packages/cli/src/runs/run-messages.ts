import { GramkitError, errorCodes, type ErrorCode } from '@gramkit/spec';
import type { CalibratedStrategy, RunEvent } from '@gramkit/experiment';
import { errorReport, type ErrorReport } from '../report-error.js';

/** What a process of its own tells its parent: a run's events, what a calibration measured, and how it failed. */
export type RunMessage = RunEvent | { readonly event: 'calibration'; readonly calibration: CalibratedStrategy } | ({ readonly event: 'error' } & ErrorReport);

/** Sends to the parent process, and waits until it is sent. */
export function tellParent(message: RunMessage): Promise<void> {
  return new Promise((resolve, reject) => {
    process.send!(message, undefined, undefined, (error) => (error === null ? resolve() : reject(error)));
  });
}

export function errorMessage(error: unknown): RunMessage {
  return { event: 'error', ...errorReport(error) };
}

/** The error that a run's process reported, as an error of this process. */
export function errorFromReport({ error }: ErrorReport): Error {
  const { code, message, ...details } = error;
  return isErrorCode(code) ? new GramkitError(code, message, details) : new Error(message);
}

function isErrorCode(code: string): code is ErrorCode {
  return Object.values(errorCodes).some((codes) => (codes as readonly string[]).includes(code));
}
