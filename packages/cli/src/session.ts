import type { ExitCode } from './exit-code.js';
import type { ProgressDisplay } from './terminal/progress-display.js';

/** What every command is given: how it speaks, and when it must stop. */
export interface Session {
  /** Machine-readable: standard output carries one JSON value and nothing else. */
  readonly json: boolean;
  /** Progress and messages, on standard error. */
  readonly display: ProgressDisplay;
  /** Aborted by Ctrl-C: the command saves its state and throws INTERRUPTED. */
  readonly signal: AbortSignal;
  /** Prints the command's result: `value` under `--json`, `text` for people. */
  print(value: unknown, text: string): void;
  /** The exit code of a command that ended without an error; done where it is never set. */
  exitCode: ExitCode;
}
