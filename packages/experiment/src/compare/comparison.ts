import type { RunReport } from '../report/run-report.js';

/** A strategy in the table. */
export interface ComparisonRow {
  /** As it was asked for: `multi-step:1e`. */
  readonly strategy: string;
  /** Mean over the steps, a window's regression among them. */
  readonly secondsPerStep: number;
  readonly secondsPerEpoch: number;
  readonly epochBasis: 'measured' | 'extrapolated';
  /** Items that went forward through the encoder, mean over the steps. */
  readonly encoderItemsPerStep: number;
  /** Time per epoch of end-to-end over this one's; null where end-to-end was not run. */
  readonly speedUp: number | null;
  readonly peakMemoryBytes: number;
  readonly trainingSeconds: number;
  /** Null where training was cut short, or the number is not defined. */
  readonly auc: number | null;
  readonly coldStartAuc: number | null;
  readonly complete: boolean;
}

/** Runs of one configuration that differ in their strategy: `comparison.json`. */
export interface Comparison {
  readonly formatVersion: 1;
  readonly rows: readonly ComparisonRow[];
  /** AUC of the true probabilities, where the data set knows them. */
  readonly ceilingAuc: number | null;
  readonly device: string;
  readonly reports: readonly RunReport[];
}

/** The strategy that the others are measured against. */
export const referenceStrategy = 'end-to-end';

/** Puts the reports of several strategies side by side. */
export function compareReports(runs: readonly { readonly strategy: string; readonly report: RunReport }[]): Comparison {
  const reference = runs.find(({ strategy }) => strategy === referenceStrategy)?.report.secondsPerEpoch.seconds;
  return {
    formatVersion: 1,
    rows: runs.map(({ strategy, report }) => rowOf(strategy, report, reference)),
    ceilingAuc: runs.map(({ report }) => report.ceilingAuc).find((auc) => auc !== null) ?? null,
    device: runs[0]?.report.device ?? '',
    reports: runs.map(({ report }) => report),
  };
}

function rowOf(strategy: string, report: RunReport, referenceSeconds: number | undefined): ComparisonRow {
  const { seconds, basis } = report.secondsPerEpoch;
  return {
    strategy,
    secondsPerStep: report.secondsPerStep.mean,
    secondsPerEpoch: seconds,
    epochBasis: basis,
    encoderItemsPerStep: report.steps === 0 ? 0 : report.encoderItemsForward / report.steps,
    speedUp: referenceSeconds === undefined || seconds === 0 ? null : referenceSeconds / seconds,
    peakMemoryBytes: report.peakMemoryBytes,
    trainingSeconds: report.trainingSeconds,
    auc: report.complete ? (report.test?.auc ?? null) : null,
    coldStartAuc: report.complete ? (report.test?.coldStartAuc ?? null) : null,
    complete: report.complete,
  };
}
