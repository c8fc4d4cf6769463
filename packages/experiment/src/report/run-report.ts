import type { CompileReport, Json, Precision } from '@gramkit/spec';
import type { MetricIntervals } from '../bootstrap/intervals.js';
import type { EvaluationMetrics } from '../metrics/evaluation-metrics.js';

/** Why training ended. */
export type StoppedBy = 'epochs' | 'patience' | 'maximum-steps' | 'maximum-seconds';

/** One evaluation on the validation users. */
export interface ValidationReport {
  /** Epochs trained by then. */
  readonly epoch: number;
  readonly step: number;
  /** Seconds of training by then. */
  readonly trainingSeconds: number;
  readonly metrics: EvaluationMetrics;
}

/** What a run cost and gave: `report.json`. */
export interface RunReport {
  readonly formatVersion: 1;
  readonly runDirectory: string;
  /** The strategy section of the configuration. */
  readonly strategy: Readonly<Record<string, Json>>;
  readonly seed: number;
  /** False where a cap on steps or time ended training before its last epoch: quality is then not comparable. */
  readonly complete: boolean;
  readonly stoppedBy: StoppedBy;
  readonly epochsPlanned: number;
  readonly epochsTrained: number;
  readonly steps: number;
  readonly stepsPerEpoch: number;
  /** Training alone: no evaluation, no checkpoints; preparation before the first step is in it. */
  readonly trainingSeconds: number;
  readonly preparationSeconds: number;
  readonly secondsPerStep: { readonly median: number; readonly mean: number };
  readonly secondsPerEpoch: { readonly seconds: number; readonly basis: 'measured' | 'extrapolated' };
  /** Items and tokens that went through the encoder in training, once for every time. */
  readonly encoderItemsForward: number;
  readonly encoderItemsBackward: number;
  readonly encoderTokensForward: number;
  readonly encoderTokensBackward: number;
  /** Largest resident size of the process. */
  readonly peakMemoryBytes: number;
  /** The same by the end of the last step: without the last checkpoint and the evaluation on the test users. 0 where a resumed run had no step left. */
  readonly peakTrainingMemoryBytes: number;
  readonly validation: readonly ValidationReport[];
  /** On the test users, with encodings of the final encoder (of the best checkpoint where `patience` is set); null where no user is held out. */
  readonly test: EvaluationMetrics | null;
  /** Bootstrap intervals of these; null where there are none. */
  readonly testIntervals: MetricIntervals | null;
  /** How metrics and intervals are counted. */
  readonly metricConventions: Readonly<Record<string, Json>>;
  /** AUC of the true probabilities, where the data set knows them. */
  readonly ceilingAuc: number | null;
  readonly device: string;
  readonly precision: Precision;
  /** What compiling the strategy's functions cost in this process, evaluation included: after a resumption, not what came before it. Empty where nothing was compiled. */
  readonly compiled: readonly CompileReport[];
}
