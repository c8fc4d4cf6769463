import type { MachineLoad } from '../machine-load.js';
import type { BenchPrecision, DataSet, PeerCase } from './cases.js';
import type { EncoderWork } from './encoder-products.js';

/** Who is timed: ours, the peer as it is written, the peer with windows of like length together, and the matrix products of our step alone. */
export const sides = ['gramkit', 'peer', 'peer-like-lengths', 'products'] as const;
export type Side = (typeof sides)[number];

/** What one side did in one round. */
export interface Measurement {
  /** Mean of the steps that were measured; of encoder steps the median. */
  readonly secondsPerStep: number;
  readonly measuredSteps: number;
  /** Steps of an epoch; null where there are no epochs. */
  readonly stepsPerEpoch: number | null;
  readonly peakMemoryBytes: number;
  /** Interactions of a step's batch, padding left out; null where both sides have the same batches, step by step. */
  readonly interactionsPerStep: number | null;
  /** What compiling took, over the whole run; null where nothing is compiled. */
  readonly compileSeconds: number | null;
  /** Measured steps that compiled something, so that another's time stands for theirs, and those for which there was none (`steadyState`). */
  readonly replacedSteps: number;
  readonly shortenedSteps: number;
  /** A step's share of what went through the encoder; the peer counts items alone. */
  readonly encoder: EncoderWork | null;
  /** Items that went forward through the encoder, whether a backward pass followed or not. */
  readonly encoderItemsPerStep: number;
  /** Floating-point operations of a step's matrix products; of the side `products` alone. */
  readonly operationsPerStep: number | null;
}

export interface Entry {
  readonly case: string;
  readonly precision: BenchPrecision;
  readonly round: number;
  readonly side: Side;
  readonly load: MachineLoad;
  readonly measurement: Measurement;
}

/** Where things are, and how much is run. */
export interface BenchSetting {
  /** Folder of each data set; of those that no case reads it may be absent. */
  readonly data: Readonly<Partial<Record<DataSet, string>>>;
  /** The peer's script and a Python that has PyTorch and transformers. */
  readonly script: string;
  readonly python: string;
  readonly threads: number;
  /** Steps to measure, after as many that warm up, in place of whole epochs: to try the bench, not to report. */
  readonly trialSteps: number | undefined;
}

/** One thing to measure. */
export interface Task {
  readonly measured: PeerCase;
  readonly precision: BenchPrecision;
  readonly setting: BenchSetting;
}

/** Steps that warm up and steps that are measured. */
export interface Span {
  readonly warmUp: number;
  readonly steps: number;
}

/** How much of a case is run; undefined: two whole epochs, of which the second is measured. */
export function spanOf({ measured, setting: { trialSteps } }: Task): Span | undefined {
  if (trialSteps !== undefined) return { warmUp: trialSteps, steps: trialSteps };
  if (measured.kind === 'encoder') return { warmUp: 5, steps: 30 };
  return measured.span === 'epoch' ? undefined : measured.span;
}
