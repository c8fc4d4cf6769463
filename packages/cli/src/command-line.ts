import { CommanderError } from 'commander';
import { exitCodeOf, exitCodes, type ExitCode } from './exit-code.js';
import { createProgram } from './program.js';
import { spellOutRepeatedValues } from './repeated-values.js';
import { errorReport, errorText } from './report-error.js';
import type { Session } from './session.js';
import { listenForInterruption } from './terminal/interruption.js';
import { ProgressDisplay } from './terminal/progress-display.js';

/** Where the command line writes: standard output carries results, standard error everything else. */
export interface Streams {
  readonly stdout: Pick<NodeJS.WriteStream, 'write'>;
  readonly stderr: Pick<NodeJS.WriteStream, 'write' | 'isTTY'>;
}

/** Runs `gram` with `words` (without node and script). Never throws: every failure is printed and becomes the exit code. */
export async function runCommandLine(words: readonly string[], streams: Streams = process): Promise<ExitCode> {
  const json = words.includes('--json');
  const display = new ProgressDisplay(streams.stderr);
  // Of a run within a comparison, the comparison speaks.
  const say = words.includes('--tell-parent') ? () => {} : (text: string) => display.message('info', text);
  const interruption = listenForInterruption(say);
  const writeJson = (value: unknown) => streams.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
  const session: Session = {
    json,
    display,
    signal: interruption.signal,
    print: (value, text) => {
      display.clear();
      if (json) writeJson(value);
      else streams.stdout.write(text.endsWith('\n') ? text : `${text}\n`);
    },
    exitCode: exitCodes.done,
  };
  try {
    await createProgram(session, streams).parseAsync(spellOutRepeatedValues(words, ['--set', '--limit']), { from: 'user' });
    return session.exitCode;
  } catch (error) {
    display.clear();
    if (error instanceof CommanderError) return endOfParsing(error, json ? writeJson : undefined);
    if (json) writeJson(errorReport(error));
    streams.stderr.write(`${errorText(error)}\n`);
    return exitCodeOf(error);
  } finally {
    display.clear();
    interruption.stop();
  }
}

/** commander has printed help or what is wrong with the words already; under `--json` the error goes to standard output too. */
function endOfParsing(error: CommanderError, writeJson: ((value: unknown) => void) | undefined): ExitCode {
  if (error.exitCode === 0) return exitCodes.done;
  const message = error.code === 'commander.help' ? 'a command is missing' : error.message.replace(/^error: /, '');
  writeJson?.({ error: { code: 'USAGE', message, fix: 'gram --help' } });
  return exitCodes.badUsage;
}
