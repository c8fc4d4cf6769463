import type { Task } from '@gramkit/spec';
import type { MetricName } from '../metrics/evaluation-metrics.js';
import type { ComparedMetric, Comparison, ComparisonRow } from './comparison.js';

/** What stands for a number that there is none of. */
const dash = '–';

/** A column of the table: its heading, and what a row has in it. */
interface Column {
  readonly heading: string;
  readonly cell: (row: ComparisonRow) => string;
}

/**
 * The columns of the table: cost, then the metrics that any row has, then how probable the difference of AUC is by chance. Intervals make it wider than
 * most terminals.
 */
export function comparisonColumns({ task, rows, qualityReference }: Comparison, withIntervals: boolean): readonly Column[] {
  const shown = headlines[task].filter(([name]) => name === 'auc' || rows.some((row) => row.quality[name] !== undefined));
  const quality = shown.map(([name, heading]): Column => ({ heading, cell: (row) => formatMetric(row.quality[name], withIntervals) }));
  const isTested = rows.some((row) => row.quality.auc?.difference);
  return [...costColumns, ...quality, ...(isTested ? [{ heading: `p (AUC, ${qualityReference})`, cell: (row: ComparisonRow) => formatProbability(row.quality.auc?.difference?.pValue ?? null) }] : [])];
}

/** The metrics of a task that stand in the table. */
const headlines = {
  'knowledge-tracing': [['auc', 'AUC'], ['accuracy', 'accuracy'], ['coldStartAuc', 'cold-start AUC']],
  recommendation: [['auc', 'AUC'], ['meanReciprocalRank', 'MRR'], ['ndcgAt5', 'nDCG@5'], ['ndcgAt10', 'nDCG@10'], ['coldStartAuc', 'cold-start AUC']],
} as const satisfies Record<Task, readonly (readonly [MetricName, string])[]>;

const costColumns: readonly Column[] = [
  { heading: 'strategy', cell: (row) => row.strategy },
  { heading: 's / step', cell: (row) => formatSeconds(row.secondsPerStep) },
  { heading: 's / epoch', cell: (row) => `${formatSeconds(row.secondsPerEpoch)}${row.secondsPerEpochDeviation === null ? '' : ` ± ${formatSeconds(row.secondsPerEpochDeviation)}`}${row.epochBasis === 'extrapolated' ? ' (extrapolated)' : ''}` },
  { heading: 'encoder items / step', cell: (row) => formatCount(row.encoderItemsPerStep) },
  { heading: 'speed-up over E2E', cell: (row) => (row.speedUp === null ? dash : `${formatFactor(row.speedUp)}x`) },
  { heading: 'peak memory', cell: (row) => formatBytes(row.peakMemoryBytes) },
];

/** What a reader of the table must know beside it. */
export function comparisonNotes(comparison: Comparison, withIntervals: boolean): string[] {
  const notes = ['Time is training alone: no evaluation, no checkpoints; s / step is the mean over all steps. What a strategy does once before its first step is not in s / epoch. Peak memory is the largest resident size of a run in its own process.'];
  const cut = comparison.rows.filter((row) => !row.complete).map((row) => row.strategy);
  if (cut.length > 0) notes.push(`Training was cut short for ${cut.join(', ')}: no quality is shown.`);
  if (comparison.rows.some((row) => row.epochBasis === 'extrapolated')) notes.push('Extrapolated: the steps made, times the steps of an epoch.');
  if (comparison.ceilingAuc !== null) notes.push(`AUC of the true probabilities (the ceiling): ${formatQuality(comparison.ceilingAuc)}.`);
  const seeds = Math.max(...comparison.rows.map((row) => row.seeds.length));
  if (seeds > 1) notes.push(`Means over ${seeds} seeds, ± the deviation between them; peak memory is the largest.`);
  if (withIntervals && comparison.rows.some((row) => Object.values(row.quality).some((metric) => metric.interval !== null))) notes.push('In brackets: 95% bootstrap intervals over the test users.');
  if (comparison.rows.some((row) => row.quality.auc?.difference)) notes.push(`p: paired bootstrap test over the test users, two-sided, of the AUC against ${comparison.qualityReference}'s.`);
  if (comparison.device !== '') notes.push(`Device: ${comparison.device}.`);
  return notes;
}

export function formatSeconds(seconds: number): string {
  if (seconds >= 100) return seconds.toFixed(0);
  return seconds >= 1 ? seconds.toFixed(1) : seconds.toPrecision(2);
}

export function formatBytes(bytes: number): string {
  return bytes >= 1e9 ? `${(bytes / 1e9).toFixed(2)} GB` : `${(bytes / 1e6).toFixed(0)} MB`;
}

export function formatQuality(value: number | null): string {
  return value === null ? dash : value.toFixed(4);
}

function formatMetric(metric: ComparedMetric | undefined, withInterval: boolean): string {
  if (metric === undefined) return dash;
  const spread = metric.deviation === null ? '' : ` ± ${metric.deviation.toFixed(4)}`;
  return `${formatQuality(metric.mean)}${spread}${metric.interval === null || !withInterval ? '' : ` [${metric.interval.low.toFixed(3)}, ${metric.interval.high.toFixed(3)}]`}`;
}

function formatProbability(value: number | null): string {
  if (value === null) return dash;
  return value < 0.01 ? value.toFixed(3) : value.toFixed(2);
}

function formatCount(count: number): string {
  return count >= 10 || Number.isInteger(count) ? Math.round(count).toLocaleString('en-US') : count.toFixed(1);
}

function formatFactor(factor: number): string {
  return factor >= 10 ? factor.toFixed(0) : factor.toFixed(1);
}
