import { GramkitError, isGramkitError } from '@gramkit/spec';

/** What `write` gives. @throws GramkitError OUTPUT_UNWRITABLE with the reason where it fails. */
export async function refuseUnwritable<Result>(file: string, write: () => Promise<Result>): Promise<Result> {
  try {
    return await write();
  } catch (cause) {
    if (isGramkitError(cause)) throw cause;
    throw new GramkitError('OUTPUT_UNWRITABLE', `cannot write the output (${(cause as Error).message})`, {
      file,
      fix: 'check that the folder exists and is yours to write, and that its disk has room',
      cause,
    });
  }
}
