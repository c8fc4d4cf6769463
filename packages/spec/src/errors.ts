/**
 * Errors of Gramkit. Each carries a code, what was found, what was expected and what to do.
 * They are recognised by a brand, not by class, so that two copies of this package in one tree know each other's.
 */

const brand = Symbol.for('gramkit.error');

/** Every code there is, by the class that raises it. */
export const errorCodes = {
  configuration: ['CONFIGURATION_INVALID', 'CONFIGURATION_UNREADABLE', 'USAGE'],
  data: ['DATA_MALFORMED', 'DATA_MISSING', 'DATA_EMPTY', 'DATA_MISMATCH'],
  plugin: ['PLUGIN_NOT_FOUND', 'PLUGIN_INVALID', 'PLUGIN_VERSION', 'PLUGIN_MISMATCH'],
  modelFile: ['MODEL_FILE_MISSING', 'MODEL_FILE_CORRUPT', 'MODEL_UNSUPPORTED', 'MODEL_WEIGHTS_MISMATCH'],
  engine: ['ENGINE_NOT_SET_UP', 'ENGINE_FAILED', 'ENGINE_UNSUPPORTED'],
  setup: ['SETUP_TOOL_MISSING', 'SETUP_NETWORK', 'SETUP_DISK', 'SETUP_CHECKSUM', 'SETUP_FAILED', 'SETUP_PLATFORM'],
  run: ['RUN_NOT_FOUND', 'CHECKPOINT_CORRUPT', 'CHECKPOINT_MISMATCH', 'NUMERIC_FAILURE', 'INTERRUPTED', 'OUTPUT_UNWRITABLE'],
} as const;

export type ErrorCategory = keyof typeof errorCodes;
export type ErrorCode = (typeof errorCodes)[ErrorCategory][number];

/** What an error tells beside its message. */
export interface ErrorDetails {
  /** What to do about it: a sentence, with the command to copy where there is one. */
  readonly fix?: string;
  /** The file that was read or written. */
  readonly file?: string;
  /** One-based line in `file`. */
  readonly line?: number;
  /** The field, key or tensor in question. */
  readonly field?: string;
  /** What exists instead of what was asked for. */
  readonly alternatives?: readonly string[];
  readonly cause?: unknown;
}

/** The one class of error that Gramkit throws on purpose. */
export class GramkitError extends Error {
  readonly [brand] = true;
  readonly code: ErrorCode;
  readonly details: ErrorDetails;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'GramkitError';
    this.code = code;
    this.details = details;
  }
}

/** Whether `value` is a GramkitError of this or another copy of the package. */
export function isGramkitError(value: unknown): value is GramkitError {
  return typeof value === 'object' && value !== null && (value as Record<symbol, unknown>)[brand] === true;
}

/** The category of a code, which decides the exit code of the command line; undefined for one that another version of this package may know. */
export function errorCategory(code: string): ErrorCategory | undefined {
  return (Object.keys(errorCodes) as ErrorCategory[]).find((category) => (errorCodes[category] as readonly string[]).includes(code));
}

/** A GramkitError as a person reads it: `file:line: message (field …)`, the alternatives, the fix. */
export function formatError(error: GramkitError): string {
  const { file, line, field, alternatives, fix } = error.details;
  const place = file === undefined ? '' : `${file}${line === undefined ? '' : `:${line}`}: `;
  const lines = [`${place}${error.message}${field === undefined ? '' : ` (field '${field}')`}`];
  if (alternatives !== undefined && alternatives.length > 0) lines.push(`There is: ${alternatives.join(', ')}.`);
  if (fix !== undefined) lines.push(`Fix: ${fix}`);
  return lines.join('\n');
}
