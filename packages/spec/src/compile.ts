import type { DataType } from '@tensorflow/tfjs-core';
import type { DeviceTensors } from './host-tensor.js';

/**
 * One function of a staged computation: plain tfjs operations on tensors by name, gradients among them. Pure but for variables,
 * which it may assign. It is run once for each set of input shapes to record what it does, so it must not read a tensor's values,
 * draw random numbers in JavaScript or keep a tensor of its own beyond its end: these fail while it is recorded.
 */
export type StageFunction = (inputs: DeviceTensors) => DeviceTensors;

/** What is known of a tensor before it exists. */
export interface TensorForm {
  readonly shape: readonly number[];
  readonly dtype: DataType;
}

/** A function that is compiled together with those before it, whose intermediate tensors it may use: a backward pass after its forward pass. */
export interface Stage {
  readonly compute: StageFunction;
  /** The inputs of a stage after the first, given what the stage before it put out. Absent: the first stage, or no inputs. */
  readonly inputs?: (outputsBefore: DeviceTensors) => Readonly<Record<string, TensorForm>>;
  /** Frees what the stage keeps for later ones, where they will not run. Never called on a recording, which runs all. */
  readonly release?: () => void;
}

/**
 * How a function is run: its operations one by one as a TensorFlow graph (`graph`), compiled as a whole by XLA (`xla`), or as a graph
 * in which XLA compiles clusters of operations (`clusters`).
 */
export type CompileMode = 'graph' | 'xla' | 'clusters';

export interface CompileOptions {
  /** What the function is, for reports and errors: `encoder`, `sequence model`, … */
  readonly name: string;
  /** Default: the engine's own rule. */
  readonly mode?: CompileMode;
  /** How many sets of input shapes are kept compiled, those used longest ago leaving first. Default 64. */
  readonly maximumShapes?: number;
  /**
   * Outputs that may come in parts: where such an output is a sum of rows into a table, and nothing else, it is put out as
   * `NAME#rows` (int32 `[n]`) and `NAME#values` (float32 `[n, width]`) in place of the table. Rows may repeat.
   */
  readonly rowOutputs?: readonly string[];
}

/** One run through the stages. */
export interface StagedRun {
  /** Runs the next stage. The caller disposes what it returns. @throws GramkitError ENGINE_FAILED, ENGINE_UNSUPPORTED */
  next(inputs: DeviceTensors): DeviceTensors;
  /** Frees what later stages would have needed. Idempotent; due unless the last stage has run. */
  dispose(): void;
  /** Bytes of intermediate tensors that are held for later stages. */
  readonly heldBytes: number;
}

/** What compiling cost so far. */
export interface CompileReport {
  readonly name: string;
  /** Sets of shapes compiled at the moment, and ever. */
  readonly shapes: number;
  readonly compilations: number;
  /** Seconds spent on recording and on the first run of every function. */
  readonly seconds: number;
  readonly calls: number;
}

/** Stages compiled for whatever input shapes they are called with. */
export interface CompiledStages {
  /** Begins a run. */
  start(): StagedRun;
  report(): CompileReport;
  /** Frees every function. Runs under way must have ended. */
  dispose(): void;
}
