import { formatError, isGramkitError } from '@gramkit/spec';

/** An error as `--json` prints it. */
export interface ErrorReport {
  readonly error: {
    /** A code of `@gramkit/spec`, of the operating system (`ENOSPC`), or `UNEXPECTED`. */
    readonly code: string;
    readonly message: string;
    readonly fix?: string;
    readonly file?: string;
    readonly line?: number;
    readonly field?: string;
    readonly alternatives?: readonly string[];
  };
}

/** `error` as a value for `--json`. */
export function errorReport(error: unknown): ErrorReport {
  if (!isGramkitError(error)) return { error: { code: systemCode(error) ?? 'UNEXPECTED', message: messageOf(error) } };
  const { fix, file, line, field, alternatives } = error.details;
  return { error: { code: error.code, message: error.message, fix, file, line, field, alternatives } };
}

/** `error` for people: never a stack trace, unless GRAMKIT_DEBUG asks for it. */
export function errorText(error: unknown): string {
  const trace = process.env['GRAMKIT_DEBUG'] && error instanceof Error ? `\n${error.stack}` : '';
  if (isGramkitError(error)) return `error: ${formatError(error)}${trace}`;
  if (systemCode(error) !== undefined) return `error: ${messageOf(error)}${trace}`;
  const advice = 'This is a fault of Gramkit, not of your input. Set GRAMKIT_DEBUG=1 to see where it happened.';
  return `error: ${messageOf(error)}\n${advice}${trace}`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** `ENOSPC` and its like: the operating system refused, which the message tells well enough. */
function systemCode(error: unknown): string | undefined {
  const { code, syscall } = error as Partial<NodeJS.ErrnoException>;
  return typeof code === 'string' && typeof syscall === 'string' ? code : undefined;
}
