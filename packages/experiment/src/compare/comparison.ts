import type { Json, Task } from '@gramkit/spec';
import { type Interval, percentileInterval } from '../bootstrap/intervals.js';
import { pairedDifference, type PairedDifference, pairedTestConventions } from '../bootstrap/paired-difference.js';
import { metricNames, type MetricName, metricOf } from '../metrics/evaluation-metrics.js';
import type { RunReport } from '../report/run-report.js';
import { areComparable, type RunSamples } from './run-samples.js';

/** A run of a comparison that has come to its end. */
export interface ComparedRun {
  /** As it was asked for: `multi-step:1e`. */
  readonly strategy: string;
  readonly report: RunReport;
  /** Absent where the run kept no predictions. */
  readonly samples?: RunSamples | undefined;
}

/** A metric over a strategy's seeds. */
export interface ComparedMetric {
  readonly mean: number;
  /** Between seeds (n - 1); null for one seed. */
  readonly deviation: number | null;
  /** Bootstrap over users of the mean over seeds; null where it is not defined. */
  readonly interval: Interval | null;
  /** Against the strategy that quality is measured against; null for itself, and where the two were not tested on the same users. */
  readonly difference: PairedDifference | null;
}

/** A strategy in the table: means over its seeds. */
export interface ComparisonRow {
  /** As it was asked for: `multi-step:1e`. */
  readonly strategy: string;
  readonly seeds: readonly number[];
  /** Mean over the steps, a window's regression among them. */
  readonly secondsPerStep: number;
  readonly secondsPerEpoch: number;
  /** Between seeds; null for one. */
  readonly secondsPerEpochDeviation: number | null;
  readonly epochBasis: 'measured' | 'extrapolated';
  /** Items that went forward through the encoder, mean over the steps. */
  readonly encoderItemsPerStep: number;
  /** Time per epoch of end-to-end over this one's; null where end-to-end was not run. */
  readonly speedUp: number | null;
  /** The largest of the seeds. */
  readonly peakMemoryBytes: number;
  readonly trainingSeconds: number;
  /** Whether every seed was trained to its end. */
  readonly complete: boolean;
  /** On the test users; nothing where training was cut short, and without the metrics that are not defined. */
  readonly quality: Readonly<Partial<Record<MetricName, ComparedMetric>>>;
}

/** Runs of one configuration that differ in their strategy: `comparison.json`. */
export interface Comparison {
  readonly formatVersion: 2;
  readonly task: Task;
  readonly rows: readonly ComparisonRow[];
  /** The strategy that differences of quality are from; null where none was trained to its end. */
  readonly qualityReference: string | null;
  /** AUC of the true probabilities, where the data set knows them. */
  readonly ceilingAuc: number | null;
  readonly device: string;
  readonly conventions: Readonly<Record<string, Json>>;
  readonly reports: readonly RunReport[];
}

/** The strategy that the others' time is measured against. */
export const referenceStrategy = 'end-to-end';

/** What quality is measured against, the first that was trained to its end: single-step's gradient is end-to-end's. */
const qualityReferences = [referenceStrategy, 'single-step'];

/** Puts the runs of several strategies side by side; those of one strategy differ in their seed. */
export function compareReports(runs: readonly ComparedRun[]): Comparison {
  const byStrategy = new Map(runs.map(({ strategy }) => [strategy, runs.filter((run) => run.strategy === strategy)]));
  const complete = [...byStrategy].filter(([, own]) => own.every(({ report }) => report.complete && report.test !== null)).map(([strategy]) => strategy);
  const qualityReference = qualityReferences.find((name) => complete.includes(name)) ?? complete[0] ?? null;
  const referenceRuns = qualityReference === null ? [] : byStrategy.get(qualityReference)!;
  const endToEnd = byStrategy.get(referenceStrategy);
  const referenceSeconds = endToEnd === undefined ? undefined : meanOf(endToEnd, secondsPerEpoch);
  const tested = runs.map(({ report }) => report.test).find((test) => test !== null);
  return {
    formatVersion: 2,
    task: tested?.task ?? 'knowledge-tracing',
    rows: [...byStrategy].map(([strategy, own]) => rowOf(strategy, own, referenceSeconds, strategy === qualityReference ? [] : referenceRuns)),
    qualityReference,
    ceilingAuc: runs.map(({ report }) => report.ceilingAuc).find((auc) => auc !== null) ?? null,
    device: runs[0]?.report.device ?? '',
    conventions: { ...runs[0]?.report.metricConventions, pairedTest: pairedTestConventions },
    reports: runs.map(({ report }) => report),
  };
}

function rowOf(strategy: string, runs: readonly ComparedRun[], referenceSeconds: number | undefined, referenceRuns: readonly ComparedRun[]): ComparisonRow {
  const seconds = meanOf(runs, secondsPerEpoch);
  const complete = runs.every(({ report }) => report.complete);
  return {
    strategy,
    seeds: runs.map(({ report }) => report.seed),
    secondsPerStep: meanOf(runs, ({ secondsPerStep }) => secondsPerStep.mean),
    secondsPerEpoch: seconds,
    secondsPerEpochDeviation: deviation(runs.map(({ report }) => secondsPerEpoch(report))),
    epochBasis: runs.every(({ report }) => report.secondsPerEpoch.basis === 'measured') ? 'measured' : 'extrapolated',
    encoderItemsPerStep: meanOf(runs, ({ steps, encoderItemsForward }) => (steps === 0 ? 0 : encoderItemsForward / steps)),
    speedUp: referenceSeconds === undefined || seconds === 0 ? null : referenceSeconds / seconds,
    peakMemoryBytes: Math.max(...runs.map(({ report }) => report.peakMemoryBytes)),
    trainingSeconds: meanOf(runs, ({ trainingSeconds }) => trainingSeconds),
    complete,
    quality: complete ? qualityOfRuns(runs, referenceRuns) : {},
  };
}

function qualityOfRuns(runs: readonly ComparedRun[], referenceRuns: readonly ComparedRun[]): ComparisonRow['quality'] {
  const task = runs[0]!.report.test?.task;
  const names: readonly MetricName[] = task === undefined ? [] : metricNames[task];
  const measured = names.map((name) => [name, metricOfRuns(name, runs, referenceRuns)] as const);
  return Object.fromEntries(measured.filter(([, metric]) => metric !== undefined));
}

function metricOfRuns(name: MetricName, runs: readonly ComparedRun[], referenceRuns: readonly ComparedRun[]): ComparedMetric | undefined {
  const values = runs.map(({ report }) => (report.test === null ? null : metricOf(report.test, name)));
  if (!values.every((value): value is number => value !== null)) return undefined;
  return { mean: mean(values), deviation: deviation(values), interval: intervalOf(name, runs), difference: differenceOf(name, runs, referenceRuns) };
}

function intervalOf(name: MetricName, runs: readonly ComparedRun[]): Interval | null {
  const samples = runs.map((run) => run.samples?.of.get(name));
  if (samples.every((values) => values !== undefined)) return percentileInterval(samples[0]!.map((_, resample) => mean(samples.map((values) => values![resample]!))));
  return runs.length === 1 ? (runs[0]!.report.testIntervals?.of[name] ?? null) : null;
}

/** Each run against the reference's of the same seed; nothing where a partner is missing or was tested on other users. */
function differenceOf(name: MetricName, runs: readonly ComparedRun[], referenceRuns: readonly ComparedRun[]): PairedDifference | null {
  const pairs = runs.map((run) => {
    const partner = referenceRuns.find(({ report }) => report.seed === run.report.seed);
    if (run.samples === undefined || partner?.samples === undefined || !areComparable(run.samples, partner.samples)) return undefined;
    const [value, reference] = [run, partner].map(({ report }) => metricOf(report.test!, name));
    const [first, second] = [run, partner].map(({ samples }) => samples!.of.get(name));
    return value === null || reference === null || first === undefined || second === undefined ? undefined : { first, second, observed: value! - reference! };
  });
  return pairs.every((pair) => pair !== undefined) ? pairedDifference(pairs) : null;
}

function secondsPerEpoch(report: RunReport): number {
  return report.secondsPerEpoch.seconds;
}

function meanOf(runs: readonly ComparedRun[], valueOf: (report: RunReport) => number): number {
  return mean(runs.map(({ report }) => valueOf(report)));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function deviation(values: readonly number[]): number | null {
  if (values.length < 2) return null;
  const center = mean(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - center) ** 2, 0) / (values.length - 1));
}
