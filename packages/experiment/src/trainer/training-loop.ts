import { setImmediate as nextTurn } from 'node:timers/promises';
import { GramkitError, isGramkitError, type Batch, type GradientStrategy, type PreparedItems, type RunLogger, type StepReport, type StrategyContext } from '@gramkit/spec';
import * as tf from '@tensorflow/tfjs-core';
import { type CheckpointPart, statePart, weightsPart } from '../checkpoints/checkpoint-part.js';
import { type CheckpointStore, restoreCheckpoint, type SavedCheckpoint } from '../checkpoints/checkpoint-store.js';
import { type ResolvedConfiguration, writtenForm } from '../configuration/resolved-configuration.js';
import { deriveSeed } from '../container/derive-seed.js';
import type { RunComponents } from '../container/run-components.js';
import { intervalsOf, type MetricIntervals } from '../bootstrap/intervals.js';
import { type EvaluationMetrics, qualityOf } from '../metrics/evaluation-metrics.js';
import type { StoppedBy, ValidationReport } from '../report/run-report.js';
import type { JsonRecord } from '../run/write-file.js';
import { checkpointInterval } from './checkpoint-interval.js';
import { EarlyStopping } from './early-stopping.js';
import { evaluate, evaluateRecorded } from './evaluate.js';
import { optimizerMeasures, updateCounts } from './optimizer-measures.js';
import type { RunData } from './run-data.js';
import { StepStatistics } from './step-statistics.js';
import { TrainingClock } from './training-clock.js';

/** What a training loop works with. */
export interface TrainingSetting {
  readonly configuration: ResolvedConfiguration;
  readonly components: RunComponents;
  readonly data: RunData;
  readonly catalogue: PreparedItems;
  readonly checkpoints: CheckpointStore;
  /** File that keeps the predictions on the test users. */
  readonly predictions: string;
  readonly logger: RunLogger;
  /** Length of the metrics file, which a checkpoint remembers. */
  readonly metricsBytes: () => number;
  readonly signal: AbortSignal | undefined;
}

/** How training ended. */
export interface TrainingOutcome {
  readonly stoppedBy: StoppedBy;
  readonly statistics: StepStatistics;
  readonly validation: readonly ValidationReport[];
  readonly test: EvaluationMetrics | null;
  readonly testIntervals: MetricIntervals | null;
  /** Largest resident size of the process by the end of the last step that it made; 0 where it made none. */
  readonly peakTrainingMemoryBytes: number;
}

/** The next batch to train on. All randomness of a run follows from the seed and this. */
interface Position {
  readonly epoch: number;
  readonly batch: number;
}

/** Trains a run from its beginning or from a checkpoint to its end. */
export class TrainingLoop {
  readonly #clock = new TrainingClock();
  readonly #statistics = new StepStatistics();
  readonly #earlyStopping: EarlyStopping;
  readonly #checkpointInterval: number;
  #validation: ValidationReport[] = [];
  #position: Position = { epoch: 0, batch: 0 };
  #stoppedBy: StoppedBy | undefined;
  /** The step that is being made, or the last that was: what a strategy reports belongs to it. */
  #stepUnderWay = 0;
  #peakTrainingMemoryBytes = 0;

  constructor(private readonly setting: TrainingSetting) {
    const { training } = setting.configuration;
    this.#earlyStopping = new EarlyStopping(training.watch, training.patience);
    this.#checkpointInterval = checkpointInterval(training.checkpointEvery, setting.data.stepsPerEpoch);
    if (training.patience !== undefined && !setting.data.hasValidation) {
      throw new GramkitError('CONFIGURATION_INVALID', 'early stopping needs users to validate on, and none are held out', { field: 'training.patience', fix: 'Set data.split.validation above 0, or leave patience out.' });
    }
  }

  /** @throws GramkitError INTERRUPTED, once a checkpoint is written, where the signal was raised. */
  async run(from?: SavedCheckpoint): Promise<TrainingOutcome> {
    await this.#begin(from);
    if (this.#stoppedBy === undefined) await this.#train(from?.manifest.begun === true);
    if (from?.manifest.finished !== true) await this.#finish();
    return { stoppedBy: this.#stoppedBy!, statistics: this.#statistics, validation: this.#validation, ...(await this.#test()), peakTrainingMemoryBytes: this.#peakTrainingMemoryBytes };
  }

  async #begin(from: SavedCheckpoint | undefined): Promise<void> {
    const { strategy } = this.setting.components;
    const parts = this.#parts();
    if (from !== undefined) await this.#restore(from, parts.filter((part) => part.name !== 'strategy'));
    const { seconds } = await this.#clock.measure(() => strategy.begin(this.#context()));
    if (from === undefined) {
      this.#statistics.addPreparation(seconds);
      return;
    }
    await this.#restore(from, parts.filter((part) => part.name === 'strategy'));
    this.#resumeProgress(from.manifest.progress);
  }

  #context(): StrategyContext {
    const { catalogue, configuration, data, logger, signal } = this.setting;
    return {
      catalogue,
      stepsPerEpoch: data.stepsPerEpoch,
      epochs: configuration.training.epochs,
      seed: deriveSeed(configuration.seed, 'strategy-steps'),
      report: ({ kind, values }) => logger.metrics({ kind, step: this.#stepUnderWay, ...values }),
      progress: (part, done, total) => logger.progress(part, done, total, 'items'),
      ...(signal === undefined ? {} : { signal }),
      ...(data.hasValidation ? { evaluate: async (encodings) => qualityOf(await this.#clock.exclude(async () => this.#evaluateWith(await encodings()))) } : {}),
    };
  }

  /** @param begun whether the strategy was left in the middle of a step or of the end of an epoch: that comes to its end before anything may stop the run */
  async #train(begun: boolean): Promise<void> {
    const { data, configuration } = this.setting;
    const { epochs } = configuration.training;
    if (!begun) await this.#stopIfDue();
    while (this.#stoppedBy === undefined && this.#position.epoch < epochs) {
      for await (const batch of data.trainBatches(this.#position.epoch, this.#position.batch)) {
        await this.#step(batch);
        if (this.#position.batch === data.stepsPerEpoch) break;
        await this.#betweenSteps();
        if (this.#stoppedBy !== undefined) return;
      }
      await this.#endEpoch();
    }
    this.#stoppedBy ??= 'epochs';
  }

  async #step(batch: Batch): Promise<void> {
    const { components, configuration, data, logger } = this.setting;
    this.#stepUnderWay = this.#statistics.totals.steps + 1;
    const compiledBefore = compileSeconds(components.strategy);
    const optimizers = { encoder: components.encoderOptimizer, model: components.modelOptimizer };
    const updatesBefore = updateCounts(optimizers);
    const { result, seconds } = await this.#interruptible(() => components.strategy.step(batch));
    this.#peakTrainingMemoryBytes = process.resourceUsage().maxRSS * 1024;
    checkLoss(result, this.#stepUnderWay);
    this.#statistics.addStep(result, seconds);
    this.#position = { ...this.#position, batch: this.#position.batch + 1 };
    const { steps } = this.#statistics.totals;
    logger.metrics({ kind: 'step', step: steps, epoch: this.#position.epoch + 1, seconds, compileSeconds: compileSeconds(components.strategy) - compiledBefore, ...result, ...optimizerMeasures(optimizers, updatesBefore) });
    logger.progress('training', steps, totalSteps(configuration, data), 'steps');
  }

  /** A part of training, measured. One that the strategy leaves at an interruption is saved as far as it has come. */
  async #interruptible<Result>(part: () => Promise<Result>): Promise<{ readonly result: Result; readonly seconds: number }> {
    const { result: [outcome], seconds } = await this.#clock.measure(() => Promise.allSettled([part()]));
    if (outcome.status === 'fulfilled') return { result: outcome.value, seconds };
    if (!isGramkitError(outcome.reason) || outcome.reason.code !== 'INTERRUPTED') throw outcome.reason;
    this.#statistics.addTraining(seconds);
    // The state before its finish, from which a capped run may also go on under a higher cap, is saved already.
    throw await (this.#isCut ? this.#lastSaved() : this.#saved(true));
  }

  async #betweenSteps(): Promise<void> {
    // A step never returns to the event loop, where signals, messages to a parent process and finished reads wait.
    await nextTurn();
    const { steps } = this.#statistics.totals;
    if (steps % this.#checkpointInterval === 0) await this.#checkpoint(false);
    await this.#stopIfDue();
  }

  async #endEpoch(): Promise<void> {
    const { configuration, components } = this.setting;
    const { seconds } = await this.#interruptible(() => components.strategy.endEpoch());
    this.#statistics.addTraining(seconds);
    this.#statistics.completeEpoch();
    this.#position = { epoch: this.#position.epoch + 1, batch: 0 };
    if (this.#position.epoch === configuration.training.epochs) return this.#stopIfInterrupted();
    const isBest = this.#position.epoch % configuration.training.evaluateEvery === 0 && (await this.#validate());
    if (isBest || this.#statistics.totals.steps % this.#checkpointInterval === 0) await this.#checkpoint(isBest);
    await this.#stopIfDue();
  }

  /** Whatever may end training before its last epoch; asked again where a run goes on from a checkpoint. */
  async #stopIfDue(): Promise<void> {
    await this.#stopIfInterrupted();
    if (this.#earlyStopping.shouldStop) this.#stoppedBy = 'patience';
    else await this.#stopAtCap();
  }

  /** Brings the encoder up to date, evaluates, and writes the last checkpoint. */
  async #finish(): Promise<void> {
    const { seconds } = await this.#interruptible(() => this.setting.components.strategy.finish());
    this.#statistics.addTraining(seconds);
    const isBest = await this.#validate();
    const { directory } = await this.#checkpoint(isBest && !this.#isCut, { finished: true });
    if (this.setting.signal?.aborted === true) throw interrupted(this.#statistics.totals.steps, directory, this.setting.configuration.output);
  }

  /** Quality on the validation users with encodings of the current encoder; says whether it is the best so far and early stopping wants to know. */
  async #validate(): Promise<boolean> {
    const { configuration, data, logger } = this.setting;
    if (!data.hasValidation) return false;
    const metrics = await this.#withEncodings((encodings) => this.#evaluateWith(encodings));
    const { steps: step, trainingSeconds } = this.#statistics.totals;
    const { epoch } = this.#position;
    this.#validation.push({ epoch, step, trainingSeconds, metrics });
    logger.metrics({ kind: 'validation', step, epoch, trainingSeconds, ...metrics });
    return this.#earlyStopping.observe({ metrics, step, epoch }) && configuration.training.patience !== undefined;
  }

  #evaluateWith(encodings: tf.Tensor2D): Promise<EvaluationMetrics> {
    return evaluate(this.setting.components.model, encodings, this.setting.data, 'validation');
  }

  /** The one look at the test users: after training, at the best checkpoint where early stopping chose one. */
  async #test(): Promise<Pick<TrainingOutcome, 'test' | 'testIntervals'>> {
    const { components, configuration, data, checkpoints, logger } = this.setting;
    if (!data.hasTest) return { test: null, testIntervals: null };
    const best = configuration.training.patience === undefined ? undefined : await checkpoints.best();
    if (best !== undefined) await this.#restore(best, this.#parts());
    const test = await this.#withEncodings((encodings) => evaluateRecorded(components.model, encodings, data, 'test', this.setting.predictions));
    logger.metrics({ kind: 'test', step: this.#statistics.totals.steps, ...test });
    return { test, testIntervals: await intervalsOf(this.setting.predictions, configuration.seed) };
  }

  async #withEncodings<Result>(use: (encodings: tf.Tensor2D) => Promise<Result>): Promise<Result> {
    const encodings = await this.setting.components.strategy.itemEncodings();
    try {
      return await use(encodings);
    } finally {
      encodings.dispose();
    }
  }

  async #stopIfInterrupted(): Promise<void> {
    if (this.setting.signal?.aborted !== true) return;
    throw await this.#saved(false);
  }

  /** Saves the state of an interrupted run. @param begun whether the strategy was left in the middle of what comes after the last step */
  async #saved(begun: boolean): Promise<GramkitError> {
    const { directory } = await this.#checkpoint(false, { begun });
    return interrupted(this.#statistics.totals.steps, directory, this.setting.configuration.output);
  }

  async #lastSaved(): Promise<GramkitError> {
    const { directory } = (await this.setting.checkpoints.latest())!;
    return interrupted(this.#statistics.totals.steps, directory, this.setting.configuration.output);
  }

  get #isCut(): boolean {
    return this.#stoppedBy === 'maximum-steps' || this.#stoppedBy === 'maximum-seconds';
  }

  /** A capped run keeps the state before finishing, so that it can go on under a higher cap as if it had not stopped. */
  async #stopAtCap(): Promise<void> {
    const { maximumSteps, maximumSeconds } = this.setting.configuration.training;
    const { steps, trainingSeconds } = this.#statistics.totals;
    if (steps === 0) return;
    if (maximumSteps !== undefined && steps >= maximumSteps) this.#stoppedBy = 'maximum-steps';
    else if (maximumSeconds !== undefined && trainingSeconds >= maximumSeconds) this.#stoppedBy = 'maximum-seconds';
    else return;
    await this.#checkpoint(false);
  }

  async #checkpoint(isBest: boolean, { finished = false, begun = false } = {}): Promise<SavedCheckpoint> {
    const { checkpoints, configuration } = this.setting;
    const saved = await checkpoints.save({ step: this.#statistics.totals.steps, finished, begun, configuration: writtenForm(configuration), progress: this.#progress(finished || begun) }, this.#parts());
    if (isBest) await checkpoints.markBest(saved);
    return saved;
  }

  /** @param ending whether a run that has stopped stays so */
  #progress(ending: boolean): JsonRecord {
    return {
      epoch: this.#position.epoch,
      batch: this.#position.batch,
      stoppedBy: ending ? (this.#stoppedBy ?? null) : null,
      statistics: this.#statistics.state(),
      earlyStopping: this.#earlyStopping.state(),
      validation: this.#validation as unknown as JsonRecord[],
      metricsBytes: this.setting.metricsBytes(),
    };
  }

  #resumeProgress(progress: JsonRecord): void {
    this.#position = { epoch: progress['epoch'] as number, batch: progress['batch'] as number };
    this.#stoppedBy = (progress['stoppedBy'] as StoppedBy | null) ?? undefined;
    this.#statistics.restore(progress['statistics']!);
    this.#stepUnderWay = this.#statistics.totals.steps;
    this.#earlyStopping.restore(progress['earlyStopping']!);
    this.#validation = [...(progress['validation'] as unknown as ValidationReport[])];
  }

  #restore(from: SavedCheckpoint, parts: readonly CheckpointPart[]): Promise<void> {
    return restoreCheckpoint(from, writtenForm(this.setting.configuration), parts);
  }

  #parts(): readonly CheckpointPart[] {
    const { encoder, model, encoderOptimizer, modelOptimizer, strategy } = this.setting.components;
    return [
      weightsPart('encoder', encoder.weights),
      weightsPart('model', model.weights),
      ...(encoderOptimizer === undefined ? [] : [statePart('encoder-optimizer', encoderOptimizer)]),
      ...(modelOptimizer === undefined ? [] : [statePart('model-optimizer', modelOptimizer)]),
      statePart('strategy', strategy),
    ];
  }
}

/** Steps that a run makes if nothing stops it early. */
export function totalSteps({ training }: ResolvedConfiguration, data: RunData): number {
  return Math.min(training.epochs * data.stepsPerEpoch, training.maximumSteps ?? Number.POSITIVE_INFINITY);
}

/** Seconds that a strategy's functions took to compile so far, their first runs among them. */
function compileSeconds(strategy: GradientStrategy): number {
  return (strategy.compileReports?.() ?? []).reduce((sum, { seconds }) => sum + seconds, 0);
}

function interrupted(step: number, checkpoint: string, runDirectory: string): GramkitError {
  return new GramkitError('INTERRUPTED', `training was interrupted after step ${step}; its state is saved`, { file: checkpoint, fix: `npx gram train --resume '${runDirectory}'` });
}

function checkLoss({ loss }: StepReport, step: number): void {
  if (Number.isFinite(loss)) return;
  throw new GramkitError('NUMERIC_FAILURE', `the loss of step ${step} is ${loss}`, { field: 'loss', fix: 'Lower the learning rates, or go back to an earlier checkpoint.' });
}
