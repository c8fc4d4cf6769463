import { join } from 'node:path';
import { GramkitError, isGramkitError } from '@gramkit/spec';
import type { RunEvent } from '../report/run-events.js';
import type { RunReport } from '../report/run-report.js';
import { writeJson, writeWhole } from '../run/write-file.js';
import { type ComparedRun, compareReports, type Comparison } from './comparison.js';
import { comparisonHtml } from './comparison-html.js';
import { formatComparison } from './format-comparison.js';
import { type ComparisonPlan, type PlannedRun, planRuns } from './planned-run.js';
import { readSamples } from './run-samples.js';
import { type RunState, stateOfRun } from './run-state.js';

/** A run that is to be trained. */
export interface RunToTrain {
  readonly configurationFile: string;
  readonly runDirectory: string;
  /** Whether it goes on from its last checkpoint; otherwise whatever is in its folder is replaced. */
  readonly resume: boolean;
}

export interface CompareOptions extends ComparisonPlan {
  /** Train every run anew; otherwise runs in the output folder that are done are taken as they are, and one that was interrupted goes on. */
  readonly overwrite?: boolean;
  /** Trains one run, in a process of its own if peak memory is to mean anything, and gives its report. */
  readonly runOne: (run: RunToTrain, onEvent: (event: RunEvent) => void) => Promise<RunReport>;
  /** Told what each run tells; `index` from 0 among all `count` runs. */
  readonly onEvent?: (run: { readonly strategy: string; readonly seed: number; readonly index: number; readonly count: number }, event: RunEvent) => void;
}

/**
 * Runs one configuration under several strategies and seeds, one after another, and compares them. In the configuration's output folder are then
 * a run folder each, `configurations/`, `comparison.json`, `comparison.md` and `comparison.html`. Interrupted and begun again, it goes on where it stopped.
 * @throws GramkitError as `planRuns` and `stateOfRun` do, before anything runs; what a run throws.
 */
export async function compareRuns(options: CompareOptions): Promise<Comparison> {
  const planned = await planRuns(options);
  const states = options.overwrite === true ? planned.map((): RunState => ({ kind: 'absent' })) : await Promise.all(planned.map(({ configuration }) => stateOfRun(configuration)));
  const runs: ComparedRun[] = [];
  for (const [index, run] of planned.entries()) {
    const report = await reportOf(run, states[index]!, index, planned.length, options);
    runs.push({ strategy: run.strategy, report, samples: report.test === null ? undefined : await readSamples(run.configuration.output, run.seed) });
  }
  const comparison = compareReports(runs);
  await writeComparison(options.configuration.output, comparison);
  return comparison;
}

async function reportOf({ strategy, seed, configuration, file }: PlannedRun, state: RunState, index: number, count: number, { runOne, onEvent }: CompareOptions): Promise<RunReport> {
  const tell = (event: RunEvent): void => onEvent?.({ strategy, seed, index, count }, event);
  if (state.kind === 'done') {
    tell({ event: 'message', level: 'info', text: 'done before' });
    return state.report;
  }
  const resume = state.kind === 'begun' && state.canResume;
  if (resume) tell({ event: 'message', level: 'info', text: 'goes on where it stopped' });
  try {
    return await runOne({ configurationFile: file, runDirectory: configuration.output, resume }, tell);
  } catch (error) {
    throw isGramkitError(error) && error.code === 'INTERRUPTED' ? interrupted(error, index, count) : error;
  }
}

function interrupted({ message, details }: GramkitError, done: number, count: number): GramkitError {
  return new GramkitError('INTERRUPTED', `${message} (${done} of ${count} runs are done)`, { ...details, fix: 'Give the same command again: the comparison goes on from there.' });
}

async function writeComparison(folder: string, comparison: Comparison): Promise<void> {
  await writeJson(join(folder, 'comparison.json'), comparison);
  await writeWhole(join(folder, 'comparison.md'), formatComparison(comparison, 'markdown'));
  await writeWhole(join(folder, 'comparison.html'), comparisonHtml(comparison));
}
