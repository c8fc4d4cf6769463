import validatePackageName from 'validate-npm-package-name';
import { kinds, type PluginKind } from './kinds.js';
import { ScaffoldError } from './scaffold-error.js';

/** What is to be written. */
export interface PluginRequest {
  readonly kind: PluginKind;
  /** What a configuration says: `use: NAME`. */
  readonly name: string;
  /** One sentence, on one line. */
  readonly description: string;
}

/** Longest description, in characters: `gram plugins` shows it in a column of a table. */
const longestDescription = 200;

/** The package of a plugin, by Gramkit's convention: so a configuration finds it by its name alone. */
export function packageNameOf(kind: PluginKind, name: string): string {
  return `gramkit-${kind.kind}-${name}`;
}

/** @throws ScaffoldError USAGE with the kinds there are. */
export function kindOf(kind: string): PluginKind {
  const found = kinds.find((candidate) => candidate.kind === kind);
  if (found !== undefined) return found;
  throw new ScaffoldError('USAGE', `there is no kind of plugin '${kind}'`, `Give one of ${kinds.map((known) => known.kind).join(', ')}.`);
}

/** @throws ScaffoldError USAGE where the request cannot be met. */
export function requestOf(kind: PluginKind, name: string, description: string = kind.description): PluginRequest {
  const problem = problemOfName(kind, name) ?? problemOfDescription(description);
  if (problem !== undefined) throw new ScaffoldError('USAGE', problem.found, problem.fix);
  return { kind, name, description };
}

/** What is wrong with a name or a description. */
export interface Problem {
  readonly found: string;
  readonly fix: string;
}

/** What is wrong with the name of a plugin of this kind; nothing where it is good. */
export function problemOfName(kind: PluginKind, name: string): Problem | undefined {
  const prefix = packageNameOf(kind, '');
  if (name.startsWith(prefix)) return { found: `'${name}' is the name of the package`, fix: `Give the plugin's own name alone: ${name.slice(prefix.length) || 'NAME'}; its package is called ${packageNameOf(kind, 'NAME')}.` };
  if (kind.builtIn.includes(name)) return { found: `'${name}' is a ${kind.kind} that comes with Gramkit, and 'use: ${name}' would go on meaning that one`, fix: 'Give it a name of its own.' };
  if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(name)) return { found: `'${name}' is no name of a plugin`, fix: 'Use small letters and digits, in words joined by single hyphens: my-encoder.' };
  const { validForNewPackages, errors = [], warnings = [] } = validatePackageName(packageNameOf(kind, name));
  if (validForNewPackages) return undefined;
  return { found: `${packageNameOf(kind, name)} is no name of an npm package: ${[...errors, ...warnings].join(', ')}`, fix: 'Give another name.' };
}

/** What is wrong with a description; nothing where it is good. */
export function problemOfDescription(description: string): Problem | undefined {
  // A line break or an escape sequence would break out of the string that it is written into.
  if (description.trim() !== '' && description.length <= longestDescription && !/[\u0000-\u001f\u007f\u2028\u2029]/.test(description)) return undefined;
  return { found: 'the description must be one line of text', fix: `Give a sentence of ${longestDescription} characters at most, without line breaks.` };
}
