import { GramkitError } from '@gramkit/spec';
import type { RunEvent } from '@gramkit/experiment';
import type { PlanOptions } from '../commands/plan.js';
import { exitCodeOf } from '../exit-code.js';
import type { Session } from '../session.js';
import { formatPlan } from './format-plan.js';
import { calibrateInProcess } from './run-in-process.js';
import { errorMessage, tellParent } from './run-messages.js';

/** Plans a configuration under several strategies and prints what they would cost. */
export async function plan(session: Session, config: string, options: PlanOptions): Promise<void> {
  if (options.calibrate !== undefined) return calibrateForParent(session, config, options.calibrate, options);
  const { loadConfiguration, planRuns } = await import('@gramkit/experiment');
  const { strategies, seconds, batches } = options;
  const planned = await planRuns({
    configuration: await loadConfiguration(config, { overrides: options.set }),
    strategies,
    calibrateOne: (file, strategy, onEvent) =>
      calibrateInProcess({ words: ['plan', file, '--calibrate', strategy, '--seconds', String(seconds), '--batches', String(batches)], onEvent, signal: session.signal }),
    onEvent: (strategy, event) => show(session, `[${strategies.indexOf(strategy) + 1}/${strategies.length}] ${strategy}`, event),
  });
  session.print(planned, formatPlan(planned));
}

/** Calibrates one strategy and sends what was measured to the plan that started this process. */
async function calibrateForParent(session: Session, config: string, strategy: string, { seconds, batches }: PlanOptions): Promise<void> {
  if (process.send === undefined) throw new GramkitError('USAGE', '--calibrate needs a parent process that listens', { fix: 'npx gram plan CONFIG --strategies NAME' });
  // A parent that is gone can neither show nor stop this process.
  process.once('disconnect', () => process.exit(1));
  const { calibrate, eventLogger, loadConfiguration } = await import('@gramkit/experiment');
  try {
    const logger = eventLogger((event) => void tellParent(event));
    const calibration = await calibrate(await loadConfiguration(config), { strategy, seconds, shapeBatches: batches, logger, signal: session.signal });
    await tellParent({ event: 'calibration', calibration });
  } catch (error) {
    // The parent prints it.
    await tellParent(errorMessage(error));
    session.exitCode = exitCodeOf(error);
  }
}

function show({ display }: Session, name: string, event: RunEvent): void {
  if (event.event === 'progress') display.progress(`${name}: ${event.part}`, event.done, event.total, event.unit);
  else if (event.event === 'message') display.message(event.level, `${name}: ${event.text}`);
}
