/** A failure that a person can mend: what it is, and the command that mends it. Printed without a stack trace. */
export class Failure extends Error {
  /**
   * @param {string} message
   * @param {string} fix
   * @param {{ exitCode?: number, details?: string }} [more] `details`: what the program that failed said.
   */
  constructor(message, fix, { exitCode = 1, details = '' } = {}) {
    super(message);
    this.name = 'Failure';
    this.fix = fix;
    this.exitCode = exitCode;
    this.details = details;
  }
}

/** Prints `error` and gives the exit code. Anything but a Failure is a fault of these tools and shows where it happened. */
export function reportFailure(error) {
  if (!(error instanceof Failure)) {
    process.stderr.write(`${error?.stack ?? error}\n`);
    return 1;
  }
  const details = error.details === '' ? '' : `${error.details.trimEnd()}\n\n`;
  process.stderr.write(`\n${details}error: ${error.message}\nFix: ${error.fix}\n`);
  return error.exitCode;
}
