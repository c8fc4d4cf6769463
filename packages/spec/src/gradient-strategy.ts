import type { Tensor2D } from '@tensorflow/tfjs-core';
import type { Batch } from './batch.js';
import type { CompileReport } from './compile.js';
import type { Checkpointable, Component, Json } from './component.js';
import type { PreparedItems } from './preprocessor.js';

/** Metrics of an evaluation by name: `auc`, `accuracy`, `loss`, `coldStartAuc`, … */
export type Quality = Readonly<Record<string, number>>;

/** What a strategy is told before its first step. */
export interface StrategyContext {
  /** Encoder input of every item; row = catalogue row. */
  readonly catalogue: PreparedItems;
  readonly stepsPerEpoch: number;
  /** Epochs in all, a strategy's warm-up and settling among them. */
  readonly epochs: number;
  /** Decides dropout seeds and the order of encoder mini-batches. */
  readonly seed: number;
  /**
   * Quality on the validation split with a table of item encodings `[catalogue, dimension]`; absent where nothing is held out.
   * Neither the evaluation nor making the table counts as training time. The strategy disposes the table.
   */
  readonly evaluate?: (itemEncodings: () => Tensor2D | Promise<Tensor2D>) => Promise<Quality>;
  /** Where a strategy tells what is no step, such as the end of a window. */
  readonly report: (event: StrategyEvent) => void;
  /** Told while a long part (encoding a catalogue, a regression) goes on. */
  readonly progress?: (part: string, done: number, total: number) => void;
  /**
   * Raised where the run is to stop. A strategy may then leave a long part (a regression) and throw INTERRUPTED, if from its `state()`, once restored,
   * the same call (`step` with the same batch, `endEpoch`, `finish`) goes on as though it had not been left; else the call comes to its end first.
   */
  readonly signal?: AbortSignal;
}

/** Something a strategy measured, written into the run's metrics as it is. */
export interface StrategyEvent {
  /** For instance `window`. */
  readonly kind: string;
  readonly values: Readonly<Record<string, Json>>;
}

/** What one step cost and gave. Items and tokens count once for every time they go through the encoder; what `endEpoch` puts through it the next step reports. */
export interface StepReport {
  /** The sequence model's mean loss over `predictions`. */
  readonly loss: number;
  readonly predictions: number;
  readonly encoderItemsForward: number;
  readonly encoderItemsBackward: number;
  readonly encoderTokensForward: number;
  readonly encoderTokensBackward: number;
}

/** How the gradient of the loss reaches the encoder: E2E, single-step or multi-step GRAM, or not at all. */
export interface GradientStrategy extends Component, Checkpointable {
  readonly kind: 'strategy';
  /** Called once, before the first step or `restore`. Tells its optimizers of the updates to come (`Optimizer.plan`). */
  begin(context: StrategyContext): Promise<void>;
  /**
   * One step of the sequence model, and whatever of the encoder is due with it.
   * @throws GramkitError DATA_MISMATCH for a batch that points beside the catalogue or its own items, DATA_EMPTY for one without items,
   * NUMERIC_FAILURE where the loss is no finite number: no weight has changed then. INTERRUPTED, see `StrategyContext.signal`.
   */
  step(batch: Batch): Promise<StepReport>;
  endEpoch(): Promise<void>;
  /** Whatever is due after the last step, so that the encoder is current. */
  finish(): Promise<void>;
  /** Encodings of the whole catalogue by the current encoder `[catalogue, dimension]`, for evaluation. The caller disposes it. */
  itemEncodings(): Promise<Tensor2D>;
  /** What compiling its functions has cost; absent where it compiles none. */
  compileReports?(): readonly CompileReport[];
}
