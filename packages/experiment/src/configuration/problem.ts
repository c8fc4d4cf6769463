import { GramkitError } from '@gramkit/spec';

/** One thing that is wrong with a configuration. */
export interface ConfigurationProblem {
  /** Dotted path of the key, for instance `strategy.interval`. */
  readonly field: string;
  readonly message: string;
  readonly fix?: string;
  /** Where it stands: a file with a one-based line, or the `--set` that brought it. */
  readonly place: SourcePosition;
}

export interface SourcePosition {
  readonly source: string;
  readonly line?: number;
}

/** `file:line`, or the override. */
export function formatPosition(place: SourcePosition): string {
  return place.line === undefined ? place.source : `${place.source}:${place.line}`;
}

/**
 * All problems as one error. With one problem its place and field are the error's own; with several the message lists them,
 * in the order of their lines.
 */
export function configurationError(problems: readonly ConfigurationProblem[]): GramkitError {
  const [only] = problems;
  if (problems.length === 1 && only !== undefined) return errorOf(only);
  const lines = [...problems].sort(byPlace).map((problem) => `  ${formatPosition(problem.place)}: ${problem.field}: ${problem.message}${problem.fix === undefined ? '' : `. ${problem.fix}`}`);
  return new GramkitError('CONFIGURATION_INVALID', `${problems.length} problems in the configuration:\n${lines.join('\n')}`);
}

function errorOf(problem: ConfigurationProblem): GramkitError {
  return new GramkitError('CONFIGURATION_INVALID', problem.message, {
    file: problem.place.source,
    field: problem.field,
    ...(problem.place.line === undefined ? {} : { line: problem.place.line }),
    ...(problem.fix === undefined ? {} : { fix: problem.fix }),
  });
}

function byPlace(first: ConfigurationProblem, second: ConfigurationProblem): number {
  return (first.place.line ?? Number.MAX_SAFE_INTEGER) - (second.place.line ?? Number.MAX_SAFE_INTEGER);
}
