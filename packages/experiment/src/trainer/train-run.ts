import { type Engine, GramkitError, tokens, type TrainingCatalogue } from '@gramkit/spec';
import { CheckpointStore, type SavedCheckpoint } from '../checkpoints/checkpoint-store.js';
import { checkConfiguration } from '../checkpoints/check-configuration.js';
import { formatConfiguration, type ResolvedConfiguration, writtenForm } from '../configuration/resolved-configuration.js';
import { resolveComponents, type RunComponents } from '../container/run-components.js';
import type { RunContainer } from '../container/run-container.js';
import { metricConventions } from '../metrics/evaluation-metrics.js';
import type { RunReport, StoppedBy } from '../report/run-report.js';
import { MetricsFile } from '../run/metrics-file.js';
import { RunFolder } from '../run/run-folder.js';
import { RunLog, silentLogger } from '../run/run-log.js';
import { runRecord } from '../run/run-record.js';
import { NewCatalogue } from '../run/training-catalogue.js';
import { TensorBoardEvents } from '../run/tensorboard-events.js';
import { writeJson, writeWhole } from '../run/write-file.js';
import { openRunData } from './open-run-data.js';
import { collectGarbage } from './collect-garbage.js';
import { warnOfSlowPrecision } from './precision.js';
import type { RunData } from './run-data.js';
import { asNew, openSession, type SessionOptions } from './run-session.js';
import { TrainingLoop, type TrainingOutcome, type TrainingSetting } from './training-loop.js';

export interface TrainOptions extends SessionOptions {
  /** Go on from the last checkpoint in the output folder. */
  readonly resume?: boolean;
  /** Replace a run that is in the output folder. */
  readonly overwrite?: boolean;
  /** Raised to interrupt: the current step ends, a checkpoint is written, INTERRUPTED is thrown. */
  readonly signal?: AbortSignal;
}

/**
 * Trains a run into its output folder and reports on it. A run that fails before its first step leaves no folder behind.
 * @throws GramkitError INTERRUPTED (state saved); OUTPUT_UNWRITABLE where a run is there already; RUN_NOT_FOUND where there is nothing to resume;
 * CHECKPOINT_CORRUPT, CHECKPOINT_MISMATCH; NUMERIC_FAILURE; whatever the components throw.
 */
export async function trainRun(configuration: ResolvedConfiguration, options: TrainOptions = {}): Promise<RunReport> {
  const folder = new RunFolder(configuration.output);
  const checkpoints = new CheckpointStore(folder.checkpoints, configuration.training.keepCheckpoints);
  const from = options.resume === true ? await startingPoint(folder, checkpoints, configuration) : undefined;
  if (options.resume !== true) await folder.requireFree(options.overwrite === true);
  const finished = from?.manifest.finished === true ? await reportOf(folder) : undefined;
  if (finished !== undefined) return finished;
  const run = await openSession(options.resume === true ? configuration : asNew(configuration), options);
  try {
    return await trainIn(run, { configuration, folder, checkpoints, from, options });
  } finally {
    run.dispose();
  }
}

/** What a run needs beside its components. */
interface Preparation {
  readonly configuration: ResolvedConfiguration;
  readonly folder: RunFolder;
  readonly checkpoints: CheckpointStore;
  readonly from: SavedCheckpoint | undefined;
  readonly options: TrainOptions;
}

async function trainIn(run: RunContainer, preparation: Preparation): Promise<RunReport> {
  const { configuration, options } = preparation;
  const components = await resolveComponents(run);
  const engine = await run.get(tokens.engine);
  await warnOfSlowPrecision(engine, options.logger ?? silentLogger);
  const data = await openRunData(components, configuration, options);
  try {
    return await trainOn(data, components, engine, { ...preparation, catalogue: await run.get(tokens.trainingCatalogue) });
  } finally {
    await data.close();
  }
}

async function trainOn(data: RunData, components: RunComponents, engine: Engine, { configuration, folder, checkpoints, from, options, catalogue: derived }: Preparation & { readonly catalogue: TrainingCatalogue }): Promise<RunReport> {
  const catalogue = components.tokenizer.prepare(await data.items());
  if (options.resume !== true) await beginFolder(folder, configuration, options.overwrite === true, runRecord(configuration, engine, data, components.model.task, components.tokenizer.fingerprint), derived);
  const log = openLog(folder, from, options);
  try {
    const setting = { configuration, components, data, catalogue, checkpoints, predictions: folder.predictions, logger: log.logger, metricsBytes: () => log.file.bytes, signal: options.signal };
    collectGarbage();
    const report = reportRun(setting, await new TrainingLoop(setting).run(from), engine);
    await writeJson(folder.report, report);
    return report;
  } catch (error) {
    if (options.resume !== true && log.file.bytes === 0 && (await checkpoints.list()).length === 0) await folder.discard();
    throw error;
  } finally {
    log.logger.close();
  }
}

/** The checkpoint to go on from. A run that was cut short by a cap goes on from before its finish, if the cap has been lifted. */
async function startingPoint(folder: RunFolder, checkpoints: CheckpointStore, configuration: ResolvedConfiguration): Promise<SavedCheckpoint | undefined> {
  folder.requireRun();
  const latest = await checkpoints.latest();
  if (latest === undefined) return undefined;
  checkConfiguration(latest.manifest.configuration, writtenForm(configuration), latest.directory);
  return latest.manifest.finished && canGoOn(latest, configuration) ? checkpoints.dropFinished() : latest;
}

function canGoOn({ manifest }: SavedCheckpoint, { training }: ResolvedConfiguration): boolean {
  const stoppedBy = manifest.progress['stoppedBy'] as StoppedBy;
  const { trainingSeconds } = (manifest.progress['statistics'] as { readonly totals: { readonly trainingSeconds: number } }).totals;
  if (stoppedBy === 'maximum-steps') return training.maximumSteps === undefined || training.maximumSteps > manifest.step;
  return stoppedBy === 'maximum-seconds' && (training.maximumSeconds === undefined || training.maximumSeconds > trainingSeconds);
}

async function reportOf(folder: RunFolder): Promise<RunReport | undefined> {
  return folder.hasReport ? ((await folder.readJson(folder.report)) as RunReport) : undefined;
}

async function beginFolder(folder: RunFolder, configuration: ResolvedConfiguration, overwrite: boolean, record: unknown, catalogue: TrainingCatalogue): Promise<void> {
  await folder.create(overwrite);
  await writeJson(folder.record, record);
  if (catalogue instanceof NewCatalogue) await catalogue.keep(folder);
  await writeWhole(folder.configuration, formatConfiguration(configuration));
}

function openLog(folder: RunFolder, from: SavedCheckpoint | undefined, options: TrainOptions): { readonly file: MetricsFile; readonly logger: RunLog } {
  const file = new MetricsFile(folder.metrics, from === undefined ? 0 : (from.manifest.progress['metricsBytes'] as number));
  const step = from?.manifest.step ?? 0;
  const events = new TensorBoardEvents(folder.events, `${String(step).padStart(9, '0')}.gramkit`);
  return { file, logger: new RunLog(options.logger ?? silentLogger, file, events) };
}

function reportRun({ configuration, components, data }: TrainingSetting, outcome: TrainingOutcome, { device, precision }: Engine): RunReport {
  const { statistics, stoppedBy } = outcome;
  const { strategy } = configuration.components;
  return {
    formatVersion: 1,
    runDirectory: configuration.output,
    strategy: { use: strategy.use, ...strategy.written },
    seed: configuration.seed,
    complete: stoppedBy === 'epochs' || stoppedBy === 'patience',
    stoppedBy,
    epochsPlanned: configuration.training.epochs,
    epochsTrained: statistics.completedEpochs,
    stepsPerEpoch: data.stepsPerEpoch,
    ...statistics.totals,
    preparationSeconds: statistics.preparationSeconds,
    secondsPerStep: statistics.secondsPerStep(),
    secondsPerEpoch: statistics.secondsPerEpoch(data.stepsPerEpoch),
    peakMemoryBytes: process.resourceUsage().maxRSS * 1024,
    peakTrainingMemoryBytes: outcome.peakTrainingMemoryBytes,
    validation: outcome.validation,
    test: outcome.test,
    testIntervals: outcome.testIntervals,
    metricConventions: metricConventions(components.model.task),
    ceilingAuc: data.ceilingAuc,
    device,
    precision,
    compiled: components.strategy.compileReports?.() ?? [],
  };
}

/** The report of a run that has ended. @throws GramkitError RUN_NOT_FOUND */
export async function readReport(runDirectory: string): Promise<RunReport> {
  const folder = new RunFolder(runDirectory);
  folder.requireRun();
  const report = await reportOf(folder);
  if (report === undefined) throw new GramkitError('RUN_NOT_FOUND', 'the run has no report.json: it has not come to its end', { file: folder.directory, fix: 'Resume it (--resume).' });
  return report;
}
