import type { Readable, Writable } from 'node:stream';
import { cancel, intro, isCancel, select, text } from '@clack/prompts';
import type { CreateOptions } from './create-plugin.js';
import { kinds } from './kinds.js';
import { kindOf, packageNameOf, problemOfDescription, problemOfName, type Problem, requestOf } from './plugin-request.js';
import { ScaffoldError } from './scaffold-error.js';

/** Where questions are asked and answered. */
export interface Terminal {
  readonly input: Readable;
  readonly output: Writable;
}

/**
 * Asks on the terminal for whatever is not given; what is given is checked before.
 * @throws ScaffoldError USAGE for what was given, INTERRUPTED where the author leaves a question.
 */
export async function ask(given: Partial<CreateOptions>, terminal: Terminal): Promise<CreateOptions> {
  if (given.kind !== undefined) kindOf(given.kind);
  intro('A plugin of Gramkit', terminal);
  const kind = kindOf(given.kind ?? (await answered(terminal, select({ ...terminal, message: 'What kind of plugin?', options: kinds.map(({ kind: value, meaning: hint }) => ({ value, label: value, hint })) }))));
  const name = given.name ?? (await answered(terminal, text({ ...terminal, message: 'Its name, as a configuration says it (use: NAME)', placeholder: `my-${kind.kind}`, validate: (value = '') => say(problemOfName(kind, value)) })));
  requestOf(kind, name, given.description);
  const description = given.description ?? (await answered(terminal, text({ ...terminal, message: 'What it does, in one sentence', initialValue: kind.description, validate: (value = '') => say(problemOfDescription(value)) })));
  const directory = given.directory ?? (await answered(terminal, text({ ...terminal, message: 'The folder to write it into', initialValue: packageNameOf(kind, name) })));
  return { kind: kind.kind, name, description, directory };
}

function say(problem: Problem | undefined): string | undefined {
  return problem && `${problem.found}. ${problem.fix}`;
}

/** @throws ScaffoldError INTERRUPTED where the author leaves the question by Ctrl-C or Escape. */
async function answered<Value>(terminal: Terminal, question: Promise<Value | symbol>): Promise<Value> {
  const answer = await question;
  if (!isCancel(answer)) return answer as Value;
  cancel('Nothing was written.', terminal);
  throw new ScaffoldError('INTERRUPTED', 'nothing was written');
}
