import type { StepRecord } from '../run-gram.js';
import { mean } from '../statistics.js';
import { steadyState } from '../peer/steady-state.js';

/** What one process measured. */
export interface MeasuredRun {
  readonly name: string;
  /** Windows of histories in a batch. */
  readonly batchSize: number;
  readonly stepsPerEpoch: number;
  readonly warmUp: number;
  readonly steps: readonly StepRecord[];
  readonly peakTrainingMemoryBytes: number;
}

/** What an epoch of a strategy takes. */
export interface EpochCost {
  readonly name: string;
  readonly secondsPerEpoch: number;
  /** Items that go forward through the encoder in an epoch. */
  readonly encoderItems: number;
  /** From what it is extrapolated. */
  readonly basis: string;
  readonly peakTrainingMemoryBytes: number;
}

/** Interactions of an epoch: a window of `n` has `n - 1` predictions. */
export function interactionsOfEpoch({ steps, batchSize, stepsPerEpoch }: MeasuredRun): number {
  return (mean(steps.map(({ predictions }) => predictions)) + batchSize) * stepsPerEpoch;
}

/** The cost of an epoch whose every step is alike: seconds for an interaction, times those of an epoch. */
export function epochOfSteps(run: MeasuredRun, interactions: number): EpochCost {
  const counted = run.steps.slice(run.warmUp);
  const { secondsPerStep } = steadyState(counted, run.steps);
  const perStep = mean(counted.map(({ predictions }) => predictions)) + run.batchSize;
  return {
    name: run.name,
    secondsPerEpoch: (secondsPerStep * interactions) / perStep,
    encoderItems: (mean(counted.map(({ encoderItemsForward }) => encoderItemsForward)) * interactions) / perStep,
    basis: `${counted.length} steps of ${run.batchSize} windows`,
    peakTrainingMemoryBytes: run.peakTrainingMemoryBytes,
  };
}

/** What a window of multi-step is made of. */
export interface WindowCost {
  /** Of a step of the sequence model alone. */
  readonly sequenceModelSeconds: number;
  /** Of a row: encoding it once, and its share of the regression. */
  readonly rowSeconds: number;
  readonly rows: number;
}

/**
 * Takes a measured window apart: what is not the sequence model's, in its steps, is the rows'. What a step takes to move its rows is among it, some
 * milliseconds.
 */
export function windowCost(run: MeasuredRun, passes: number, sequenceModelSeconds: number): WindowCost {
  const rows = run.steps.reduce((sum, { encoderItemsBackward }) => sum + encoderItemsBackward, 0) / passes;
  const spent = run.steps.reduce((sum, { seconds, compileSeconds }) => sum + seconds - compileSeconds, 0);
  return { sequenceModelSeconds, rowSeconds: (spent - sequenceModelSeconds * run.steps.length) / rows, rows };
}

/** Seconds of a step of the sequence model alone, as training on frozen encodings makes it. */
export function sequenceModelStep(frozen: MeasuredRun): number {
  return steadyState(frozen.steps.slice(frozen.warmUp), frozen.steps).secondsPerStep;
}

/** Rows that the first `steps` steps of a window meet: each is encoded in the step that meets it first. */
export function rowsMetIn(run: MeasuredRun, steps: number): number {
  return run.steps.slice(0, steps).reduce((sum, { encoderItemsForward, encoderItemsBackward }) => sum + encoderItemsForward - encoderItemsBackward, 0);
}

/** The cost of an epoch of multi-step in windows that meet so many rows each. */
export function epochOfWindows(run: MeasuredRun, name: string, cost: WindowCost, windows: number, rowsOfWindow: number, passes: number): EpochCost {
  return {
    name,
    secondsPerEpoch: run.stepsPerEpoch * cost.sequenceModelSeconds + windows * rowsOfWindow * cost.rowSeconds,
    encoderItems: windows * rowsOfWindow * (1 + passes),
    basis: `a window of ${run.steps.length} steps and ${cost.rows} rows`,
    peakTrainingMemoryBytes: run.peakTrainingMemoryBytes,
  };
}
