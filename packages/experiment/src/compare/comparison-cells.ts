import type { Comparison, ComparisonRow } from './comparison.js';

/** What stands for a number that there is none of. */
const dash = '–';

/** A column of the table: its heading, and what a row has in it. */
interface Column {
  readonly heading: string;
  readonly cell: (row: ComparisonRow) => string;
}

/** The columns of every form of the table. */
export const comparisonColumns: readonly Column[] = [
  { heading: 'strategy', cell: (row) => row.strategy },
  { heading: 's / step', cell: (row) => formatSeconds(row.secondsPerStep) },
  { heading: 's / epoch', cell: (row) => `${formatSeconds(row.secondsPerEpoch)}${row.epochBasis === 'extrapolated' ? ' (extrapolated)' : ''}` },
  { heading: 'encoder items / step', cell: (row) => formatCount(row.encoderItemsPerStep) },
  { heading: 'speed-up over E2E', cell: (row) => (row.speedUp === null ? dash : `${formatFactor(row.speedUp)}x`) },
  { heading: 'peak memory', cell: (row) => formatBytes(row.peakMemoryBytes) },
  { heading: 'AUC', cell: (row) => formatQuality(row.auc) },
  { heading: 'cold-start AUC', cell: (row) => formatQuality(row.coldStartAuc) },
];

/** What a reader of the table must know beside it. */
export function comparisonNotes(comparison: Comparison): string[] {
  const notes = ['Time is training alone: no evaluation, no checkpoints; s / step is the mean over all steps. What a strategy does once before its first step is not in s / epoch. Peak memory is the largest resident size of a run in its own process.'];
  const cut = comparison.rows.filter((row) => !row.complete).map((row) => row.strategy);
  if (cut.length > 0) notes.push(`Training was cut short for ${cut.join(', ')}: no quality is shown.`);
  if (comparison.rows.some((row) => row.epochBasis === 'extrapolated')) notes.push('Extrapolated: the steps made, times the steps of an epoch.');
  if (comparison.ceilingAuc !== null) notes.push(`AUC of the true probabilities (the ceiling): ${formatQuality(comparison.ceilingAuc)}.`);
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

function formatCount(count: number): string {
  return count >= 10 || Number.isInteger(count) ? Math.round(count).toLocaleString('en-US') : count.toFixed(1);
}

function formatFactor(factor: number): string {
  return factor >= 10 ? factor.toFixed(0) : factor.toFixed(1);
}
