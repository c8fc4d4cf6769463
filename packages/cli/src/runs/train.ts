import { join, relative, resolve } from 'node:path';
import { GramkitError, isGramkitError, type RunLogger } from '@gramkit/spec';
import type { ResolvedConfiguration, RunReport } from '@gramkit/experiment';
import type { TrainOptions } from '../commands/train.js';
import { exitCodeOf } from '../exit-code.js';
import type { Session } from '../session.js';
import { formatReport } from './format-report.js';
import { errorMessage, tellParent } from './run-messages.js';

/** Trains a run, anew or from where it stopped, and prints its report. */
export async function train(session: Session, config: string | undefined, options: TrainOptions): Promise<void> {
  if (options.tellParent) return trainForParent(session, config, options);
  const configuration = await configurationOf(config, options);
  const report = await trainWith(session, configuration, options, session.display);
  session.print(report, formatReport(report));
}

/** The same in a process that a comparison started: everything goes to the parent, which shows it. */
async function trainForParent(session: Session, config: string | undefined, options: TrainOptions): Promise<void> {
  if (process.send === undefined) throw new GramkitError('USAGE', '--tell-parent needs a parent process that listens');
  // A parent that is gone can neither show nor stop this run.
  process.once('disconnect', () => process.exit(1));
  const { eventLogger } = await import('@gramkit/experiment');
  try {
    const logger = eventLogger((event) => void tellParent(event));
    const report = await trainWith(session, await configurationOf(config, options), options, logger);
    await tellParent({ event: 'report', report });
  } catch (error) {
    // The parent prints it.
    await tellParent(errorMessage(error));
    session.exitCode = exitCodeOf(error);
  }
}

/** The configuration of the file that was given, or of the run to resume. */
async function configurationOf(config: string | undefined, { resume, set }: TrainOptions): Promise<ResolvedConfiguration> {
  const file = config ?? (resume === undefined ? undefined : join(resume, 'config.yaml'));
  if (file === undefined) {
    throw new GramkitError('USAGE', 'there is no configuration to train', { fix: 'npx gram train CONFIG.yaml, or npx gram train --resume RUN' });
  }
  const { loadConfiguration, RunFolder } = await import('@gramkit/experiment');
  if (resume !== undefined) new RunFolder(resume).requireRun();
  const overrides = resume === undefined ? set : [`output=${JSON.stringify(resolve(resume))}`, ...set];
  return loadConfiguration(file, { overrides });
}

async function trainWith(session: Session, configuration: ResolvedConfiguration, options: TrainOptions, logger: Pick<RunLogger, 'progress' | 'message'> & Partial<RunLogger>): Promise<RunReport> {
  const { trainRun } = await import('@gramkit/experiment');
  const whole: RunLogger = {
    metrics: (record) => logger.metrics?.(record),
    message: (level, text) => logger.message(level, text),
    progress: (part, done, total, unit) => logger.progress(part, done, total, unit),
  };
  try {
    return await trainRun(configuration, { resume: options.resume !== undefined, overwrite: options.overwrite ?? false, signal: session.signal, logger: whole });
  } catch (error) {
    throw isGramkitError(error) && error.code === 'INTERRUPTED' ? withCommand(error, configuration.output) : error;
  }
}

/** An interruption, with the command that goes on from it. */
function withCommand({ message, details }: GramkitError, output: string): GramkitError {
  const folder = relative(process.cwd(), output) || '.';
  return new GramkitError('INTERRUPTED', message, { ...details, fix: `npx gram train --resume ${folder}` });
}
