/** `USAGE`: what was asked for cannot be made; `OUTPUT_UNWRITABLE`: it cannot be put where it was asked for; `INTERRUPTED`: the author left. */
export type ScaffoldErrorCode = 'USAGE' | 'OUTPUT_UNWRITABLE' | 'INTERRUPTED';

/**
 * An error for people. Not `GramkitError`, though with codes of the same names: `npm create` is not to bring `@gramkit/spec`, and with it
 * TensorFlow's JavaScript, onto a machine only to write a few files.
 */
export class ScaffoldError extends Error {
  constructor(
    readonly code: ScaffoldErrorCode,
    message: string,
    /** What to do about it. */
    readonly fix?: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'ScaffoldError';
  }
}
