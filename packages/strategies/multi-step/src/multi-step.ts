import * as tf from '@tensorflow/tfjs-core';
import type { Scalar, Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import type { Batch, CompileReport, ComponentState, GradientStrategy, Json, Quality, StepReport, StrategyContext } from '@gramkit/spec';
import { GramkitError, specificationVersion } from '@gramkit/spec';
import {
  addCosts,
  applyGradients,
  begun,
  catalogueCost,
  checkBatch,
  checkContext,
  checkTrainable,
  encodeCatalogue,
  encodeRows,
  forwardCost,
  NetworkPasses,
  noCost,
  planUpdates,
  readLoss,
  savedCount,
  seedTensor,
  tableStep,
} from '@gramkit/tensor';
import type { EncoderCost, SequenceGradients, TrainedPair } from '@gramkit/tensor';
import type { MultiStepOptions } from './options.js';
import { regress } from './regression.js';
import type { RegressionInput, RegressionPosition, RegressionResult } from './regression.js';
import { resolveRowRate } from './row-rate.js';
import { RowTable } from './row-table.js';
import { restoreClosing } from './saved-position.js';
import { restoreRows, restoreWindow, saveRows, saveWindow } from './saved-window.js';
import { createSchedule } from './schedule.js';
import type { Schedule } from './schedule.js';
import { measureWindow } from './window-measures.js';
import { windowSignals } from './window-signals.js';
import { Window } from './window.js';
import type { RowMove } from './window.js';

type WindowGradients = SequenceGradients & { readonly move: RowMove };

/**
 * Multi-step GRAM: for a window of N steps the sequence model alone runs, on rows `H_u` that move by `H_u <- H_u - rate g_u`
 * while `phi` is trained as usual; at its end the encoder is regressed to the rows, `1/2 sum_u ||H_u - CE(c_u)||^2`, and the rows
 * are encoded anew. Before the windows the sequence model warms up on frozen rows, after them it settles on re-encoded ones.
 *
 * A window's rows are encoded at their first touch: the encoder stands still inside it, so that equals filling ahead.
 * Dropout masks are drawn once a window, for the filling and every pass of the regression alike: what the encoder is asked to follow
 * is the displacement, not the difference of two masks.
 */
export class MultiStep implements GradientStrategy {
  readonly specificationVersion = specificationVersion;
  readonly kind = 'strategy';
  readonly name = 'multi-step';
  readonly #passes: NetworkPasses;
  readonly #rowRate: number | 'predictions';
  #context?: StrategyContext;
  #schedule?: Schedule;
  #step = 0;
  #epoch = 0;
  #stepInEpoch = 0;
  #windowIndex = 0;
  #window?: Window;
  /** Rows by the encoder as it is, that may fill a window. Only kept where encodings hold no dropout masks. */
  #current?: RowTable;
  /** The whole catalogue by the encoder as it is, on which the sequence model warms up or settles `[catalogue, dimension]`. */
  #table?: Tensor2D;
  /** The same made to evaluate a window; nothing is trained on it. */
  #evaluated?: Tensor2D;
  /** What the step under way has trained, while it closes its window. */
  #trained: { readonly loss: number; readonly predictions: number } | undefined;
  /** Where the window's regression was left at an interruption. */
  #regression: RegressionPosition | undefined;
  /** Work of the encoder that no step has reported. */
  #unreported: EncoderCost = noCost;

  constructor(
    private readonly pair: TrainedPair,
    private readonly options: MultiStepOptions,
  ) {
    this.#passes = new NetworkPasses(pair);
    this.#rowRate = resolveRowRate(options.rowRate, pair.sequenceModel.task);
  }

  /** @throws GramkitError CONFIGURATION_INVALID where warm-up, settling and one window do not fit the epochs, or no weight of the encoder is trainable. */
  async begin(context: StrategyContext): Promise<void> {
    checkContext(context);
    checkTrainable(this.pair.itemEncoder, this.name);
    this.#schedule = createSchedule(this.options, context.stepsPerEpoch, context.epochs);
    planUpdates('model', this.pair.sequenceModelOptimizer, context.epochs * context.stepsPerEpoch);
    // Mini-batches of the items that a window happens to hold.
    planUpdates('encoder', this.pair.encoderOptimizer, undefined);
    this.#context = context;
  }

  /**
   * The end of a window can be left in its regression: the same call with the same batch goes on with it.
   * @throws GramkitError NUMERIC_FAILURE, DATA_EMPTY, DATA_MISMATCH; INTERRUPTED
   */
  async step(batch: Batch): Promise<StepReport> {
    const { catalogue } = begun(this.#context);
    checkBatch(batch, catalogue.count);
    this.#checkPosition();
    this.#forgetEvaluated();
    const report = this.#trained ?? (await this.#train(batch));
    if (this.#window !== undefined && this.#schedule!.endsWindow(this.#epoch, this.#stepInEpoch)) await this.#closeWindow();
    this.#trained = undefined;
    this.#stepInEpoch++;
    const cost = this.#unreported;
    this.#unreported = noCost;
    return { ...report, ...cost };
  }

  async endEpoch(): Promise<void> {
    begun(this.#context);
    if (this.#schedule!.endsWithEpoch(this.#epoch)) await this.#closeWindow();
    this.#epoch++;
    this.#stepInEpoch = 0;
    if (this.#epoch === this.#schedule!.warmUpEpochs) await this.#leaveWarmUp();
  }

  /** Closes a window that is still open, so that the encoder has learned from every step. */
  async finish(): Promise<void> {
    begun(this.#context);
    await this.#closeWindow();
  }

  async itemEncodings(): Promise<Tensor2D> {
    return (this.#table ?? this.#evaluated)?.clone() ?? this.#encodeCatalogue();
  }

  state(): ComponentState {
    const window = this.#window;
    return {
      tensors: { ...(window && saveWindow(window)), ...(this.#current && saveRows(this.#current)) },
      values: {
        step: this.#step,
        epoch: this.#epoch,
        stepInEpoch: this.#stepInEpoch,
        windowIndex: this.#windowIndex,
        windowSteps: window?.steps ?? 0,
        hasCurrent: this.#current === undefined ? 0 : 1,
        closing: { ...(this.#regression && { regression: this.#regression }), ...(this.#trained && { trained: this.#trained }) } as unknown as Json,
        ...this.#unreported,
      },
    };
  }

  restore(state: ComponentState): void {
    const count = (name: string) => savedCount(state, name);
    const { dimension } = this.pair.itemEncoder;
    const windowIndex = count('windowIndex');
    const position = [count('step'), count('epoch'), count('stepInEpoch')] as const;
    const { regression, trained } = restoreClosing(state);
    const unreported = Object.fromEntries(Object.keys(noCost).map((name) => [name, count(name)])) as unknown as EncoderCost;
    const window = count('windowSteps') > 0 ? restoreWindow(state, windowIndex, dimension) : undefined;
    const current = count('hasCurrent') > 0 ? restoreRows(state, dimension) : undefined;
    this.#forgetTensors();
    [this.#step, this.#epoch, this.#stepInEpoch] = position;
    this.#windowIndex = windowIndex;
    this.#regression = regression;
    this.#trained = trained;
    this.#unreported = unreported;
    this.#window = window;
    this.#current = current;
  }

  compileReports(): readonly CompileReport[] {
    return this.#passes.compileReports();
  }

  dispose(): void {
    this.#forgetTensors();
    this.#passes.dispose();
  }

  #forgetTensors(): void {
    this.#window?.dispose();
    this.#current?.dispose();
    this.#table?.dispose();
    this.#window = this.#current = this.#table = undefined;
    this.#forgetEvaluated();
  }

  /** What is trained at every step. */
  async #train(batch: Batch): Promise<{ loss: number; predictions: number }> {
    const trained = await (this.#schedule!.phase(this.#epoch) === 'windows' ? this.#stepInWindow(batch) : this.#stepOnTable(batch));
    this.#step++;
    this.#trained = trained;
    return trained;
  }

  /** Warm-up and settling: the sequence model alone, on the catalogue as the encoder has it. */
  async #stepOnTable(batch: Batch): Promise<{ loss: number; predictions: number }> {
    const { catalogue, seed } = begun(this.#context);
    if (this.#table === undefined) {
      this.#table = await this.#encodeCatalogue();
      this.#unreported = addCosts(this.#unreported, catalogueCost(catalogue));
    }
    const { sequenceModelOptimizer } = this.pair;
    return tableStep({ sequenceModel: this.#passes.sequenceModel, sequenceModelOptimizer, table: this.#table, batch, seed, step: this.#step });
  }

  /** A step of the sequence model, and of the rows it read. */
  async #stepInWindow(batch: Batch): Promise<{ loss: number; predictions: number }> {
    const { seed } = begun(this.#context);
    const window = (this.#window ??= new Window(this.#windowIndex, this.pair.itemEncoder.dimension));
    this.#fill(window, batch);
    const passSeed = seedTensor(seed, 'sequenceModelMasks', this.#step);
    const gradients = this.#gradients(window, batch, passSeed);
    try {
      const report = await readLoss(gradients, this.#step);
      window.move(gradients.move);
      window.lastBatch = batch;
      applyGradients(this.pair.sequenceModelOptimizer, gradients.weights, this.pair.sequenceModel.weights);
      return report;
    } finally {
      tf.dispose([passSeed, gradients]);
    }
  }

  /** Encodes the items of a batch that the window has not seen. */
  #fill(window: Window, batch: Batch): void {
    const { catalogue } = begun(this.#context);
    const missing = Array.from(batch.itemIds).filter((row) => !window.has(row));
    const known = missing.filter((row) => this.#current?.has(row));
    const unknown = missing.filter((row) => !this.#current?.has(row));
    const fillWith = (rows: readonly number[], encodings: Tensor2D) => {
      window.fill(rows, encodings);
      encodings.dispose();
    };
    if (known.length > 0) fillWith(known, this.#current!.take(known));
    if (unknown.length > 0) fillWith(unknown, this.#encodeWithMasksOf(window, unknown));
    this.#unreported = addCosts(this.#unreported, forwardCost(catalogue, unknown));
  }

  #gradients(window: Window, batch: Batch, seed: Scalar): WindowGradients {
    return tf.tidy(() => {
      const places = window.places(batch.itemIds);
      const { rows, ...rest } = this.#passes.sequenceModel.rowGradients(window.at(places), batch, seed);
      const rate = this.#rowRate === 'predictions' ? rest.count.clone() : tf.scalar(this.#rowRate);
      return { ...rest, move: { places, change: tf.neg(tf.mul(rows, rate) as Tensor2D), rowRate: rate } };
    });
  }

  /** The end of a window: regression, rows encoded anew, measures. */
  async #closeWindow(): Promise<void> {
    const window = this.#window;
    if (window === undefined) return;
    const { catalogue, report } = begun(this.#context);
    const { sequenceModel } = this.pair;
    const { losses, cost: regressionCost } = await this.#regress(window);
    const reencoded = this.#encodeWithMasksOf(window, window.rows);
    const cost = addCosts(regressionCost, forwardCost(catalogue, window.rows));
    const measures = await measureWindow(window, reencoded, sequenceModel);
    const qualities = await this.#evaluate(window);
    this.#unreported = addCosts(this.#unreported, cost);
    this.#windowIndex++;
    this.#window = undefined;
    this.#keepCurrent(new RowTable([...window.rows], reencoded));
    report({
      kind: 'window',
      values: {
        index: window.index,
        steps: window.steps,
        items: window.rows.length,
        ...measures,
        regressionLosses: losses,
        ...cost,
        ...qualities,
        ...windowSignals(measures),
      },
    });
    window.dispose();
  }

  /** @throws GramkitError INTERRUPTED; called again it goes on from there. */
  async #regress(window: Window): Promise<RegressionResult> {
    const { catalogue, seed, progress, signal } = begun(this.#context);
    const { passes, miniBatch, regressionRate } = this.options;
    const input: RegressionInput = {
      encoder: this.#passes.encoder,
      optimizer: this.pair.encoderOptimizer,
      catalogue,
      window,
      seed,
      passes,
      miniBatch,
      regressionRate,
      progress: (done, total) => progress?.(`training the encoder after window ${window.index + 1}`, done, total),
      ...(signal === undefined ? {} : { signal }),
    };
    const end = await regress(input, this.#regression);
    this.#regression = end.left;
    if (end.left === undefined) return end;
    throw new GramkitError('INTERRUPTED', `The encoder's training after window ${window.index + 1} was interrupted`);
  }

  /** `[rows, dimension]` in the window's own masks, by the encoder as it is. */
  #encodeWithMasksOf(window: Window, rows: readonly number[]): Tensor2D {
    const { catalogue, seed } = begun(this.#context);
    const pass = { training: true, seed: seedTensor(seed, 'encoderMasks', window.index) };
    const encodings = encodeRows(this.#passes.encoder, catalogue, rows, pass, this.options.chunkTokens);
    pass.seed.dispose();
    return encodings;
  }

  /** Validation quality with the window's rows as the sequence model left them, all others re-encoded; and with all of them re-encoded. */
  async #evaluate(window: Window): Promise<Readonly<Record<string, Json>>> {
    const { evaluate, stepsPerEpoch } = begun(this.#context);
    const { evaluateWindows } = this.options;
    const wanted = evaluateWindows === 'always' || (evaluateWindows === 'auto' && window.steps >= stepsPerEpoch / 2);
    if (evaluate === undefined || !wanted) return {};
    this.#forgetEvaluated();
    const qualityReencoded: Quality = await evaluate(async () => (this.#evaluated = await this.#encodeCatalogue()));
    const moved = withRowsOf(window, this.#evaluated!);
    try {
      return { qualityMoved: await evaluate(() => moved), qualityReencoded };
    } finally {
      moved.dispose();
    }
  }

  /** What the next window may start from. Masks are drawn anew for each window, so encodings that hold some are of no use to it. */
  #keepCurrent(table: RowTable): void {
    this.#current?.dispose();
    this.#current = undefined;
    if (this.pair.itemEncoder.drawsMasks === false) this.#current = table;
    else table.dispose();
  }

  /**
   * The encoder is about to learn: the table of the warm-up is good for filling the first window, and no longer.
   * A run resumed just here has no table and makes it again, as what the first window starts from must not depend on the interruption.
   */
  async #leaveWarmUp(): Promise<void> {
    const table = this.#table ?? (this.pair.itemEncoder.drawsMasks === false ? await this.#encodeCatalogue() : undefined);
    this.#table = undefined;
    if (table === undefined) return;
    this.#keepCurrent(new RowTable(Array.from({ length: table.shape[0] }, (_, row) => row), table));
  }

  #encodeCatalogue(): Promise<Tensor2D> {
    const { catalogue, progress } = begun(this.#context);
    return encodeCatalogue(this.#passes.encoder, catalogue, {
      chunkTokens: this.options.chunkTokens,
      progress: (done, total) => progress?.('encoding the catalogue', done, total),
    });
  }

  #forgetEvaluated(): void {
    this.#evaluated?.dispose();
    this.#evaluated = undefined;
  }

  #checkPosition(): void {
    const { epochs, stepsPerEpoch } = begun(this.#context);
    if (this.#epoch < epochs && this.#stepInEpoch < stepsPerEpoch) return;
    throw new GramkitError('DATA_MISMATCH', `Step ${this.#stepInEpoch + 1} of epoch ${this.#epoch + 1} lies beyond the ${epochs} epochs of ${stepsPerEpoch} steps that multi-step was begun with`, {
      fix: 'Announce all steps and epochs in `begin`: windows are laid out by them.',
    });
  }
}

/** The table with the rows of a window in place `[catalogue, dimension]`. */
function withRowsOf(window: Window, table: Tensor2D): Tensor2D {
  return tf.tidy(() => {
    const source = Int32Array.from({ length: table.shape[0] }, (_, row) => row);
    window.rows.forEach((row, place) => (source[row] = table.shape[0] + place));
    const moved: Tensor = tf.add(window.encodings(), window.displacement());
    return tf.gather(tf.concat([table, moved as Tensor2D], 0), tf.tensor1d(source, 'int32'));
  });
}
