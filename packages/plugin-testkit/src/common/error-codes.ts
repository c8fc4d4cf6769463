import { type ComponentKind, errorCodes, type ErrorCode, isGramkitError } from '@gramkit/spec';
import { ConformanceFailure, demand } from '../check.js';
import type { PluginSubject } from '../subject.js';
import { createComponent, type Provided } from '../surroundings/create-component.js';
import type { PluginOf } from '../surroundings/plugin-of.js';

const known: readonly string[] = Object.values(errorCodes).flat();

/** `work` throws a GramkitError of one of these codes. @param what the work, for messages: `a batch without items` */
export async function failsWith(codes: readonly ErrorCode[], what: string, work: () => unknown): Promise<void> {
  const found = await thrownBy(work);
  const expected = codes.join(' or ');
  demand(found !== undefined, `${what} is taken without an error`, `throw a GramkitError with the code ${expected}, which says what was found, what was expected and what to do.`);
  demand(isGramkitError(found.error), `${what} gives '${String(found.error)}', which is no GramkitError`, `throw new GramkitError('${codes[0]}', …) of @gramkit/spec.`);
  demand(codes.includes(found.error.code), `${what} gives a GramkitError with the code ${found.error.code}`, known.includes(found.error.code) ? `give it the code ${expected}.` : `'${found.error.code}' is no code of @gramkit/spec: give it the code ${expected}.`);
}

/** What the subject says that cannot be created fails with its code. */
export async function failsAsTheSubjectSays<Kind extends ComponentKind>(plugin: PluginOf<Kind>, subject: PluginSubject, provided: Provided = {}): Promise<void> {
  for (const { options, code } of subject.failures ?? []) {
    await failsWith([code], `creating it with the options ${JSON.stringify(options)}`, async () => (await createComponent(plugin, { ...subject, options }, provided)).dispose());
  }
}

/** What `work` throws; nothing where it throws nothing. */
export async function thrownBy(work: () => unknown): Promise<{ readonly error: unknown } | undefined> {
  try {
    await work();
  } catch (error) {
    if (error instanceof ConformanceFailure) throw error;
    return { error };
  }
  return undefined;
}
