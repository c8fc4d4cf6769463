import { isGramkitError } from '@gramkit/spec';

/** The code of the GramkitError that `work` throws; another error's text; nothing where it throws none. */
export function codeOf(work: () => unknown): string | undefined {
  try {
    work();
  } catch (error) {
    return isGramkitError(error) ? error.code : String(error);
  }
  return undefined;
}
