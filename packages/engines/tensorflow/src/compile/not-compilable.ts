import { GramkitError } from '@gramkit/spec';

/** The error of a function that does something no graph can hold: what it does, as the rest of a sentence, and what to do instead. */
export function notCompilable(name: string, found: string, fix: string): GramkitError {
  return new GramkitError('ENGINE_UNSUPPORTED', `The function '${name}' cannot be compiled: it ${found}`, { fix });
}
