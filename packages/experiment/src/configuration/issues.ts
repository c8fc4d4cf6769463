import { distance } from 'fastest-levenshtein';
import type { z } from 'zod';

/** A zod issue in plain words: the key it is about, what is wrong, and what to write instead. */
export interface ExplainedIssue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly fix?: string;
  /** There is nothing where something must be. */
  readonly isMissing?: true;
}

/** Every issue of a failed check, unknown keys one by one with the nearest key that exists. */
export function explainIssues(issues: readonly z.core.$ZodIssue[], knownKeys: (path: readonly PropertyKey[]) => readonly string[]): ExplainedIssue[] {
  return issues.flatMap((issue) => {
    if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownKey([...issue.path, key], knownKeys(issue.path)));
    if (issue.code === 'invalid_union') return [{ path: issue.path, message: unionMessage(issue) }];
    return [{ path: issue.path, message: readable(issue), ...(isMissing(issue) ? { isMissing: true } : {}) }];
  });
}

/** The known name that is nearest to a mistyped one; none where nothing is near. */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  const ranked = known.map((candidate) => ({ candidate, steps: distance(name.toLowerCase(), candidate.toLowerCase()) })).sort((first, second) => first.steps - second.steps);
  const [best] = ranked;
  return best !== undefined && best.steps <= Math.max(2, Math.floor(name.length / 3)) ? best.candidate : undefined;
}

function unknownKey(path: readonly PropertyKey[], known: readonly string[]): ExplainedIssue {
  const nearest = nearestName(String(path.at(-1)), known);
  const fix = nearest === undefined ? (known.length === 0 ? 'It takes no options.' : `Known keys: ${known.join(', ')}.`) : `Did you mean '${nearest}'?`;
  return { path, message: 'unknown key', fix };
}

function isMissing(issue: z.core.$ZodIssue): issue is z.core.$ZodIssueInvalidType {
  return issue.code === 'invalid_type' && issue.message.endsWith('received undefined');
}

function readable(issue: z.core.$ZodIssue): string {
  if (isMissing(issue)) return `missing; expected ${issue.expected}`;
  return issue.message.replace(/^Invalid input: /, '').replace(/^Too (small|big): /, '');
}

function unionMessage(issue: z.core.$ZodIssueInvalidUnion): string {
  const branches = issue.errors.flat().map(readable);
  return branches.length === 0 ? issue.message : [...new Set(branches)].join(', or ');
}
