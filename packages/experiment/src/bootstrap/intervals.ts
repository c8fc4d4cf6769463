import type { MetricName } from '../metrics/evaluation-metrics.js';
import { StoredPredictions } from '../predictions/test-predictions.js';
import { intervalLevel, resampleCount } from './interval-conventions.js';
import { resample } from './resample.js';
import { readUserStatistics, type UserStatistics } from './user-statistics.js';

/** Where a metric lies with 95% confidence, as far as the choice of users goes. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** Intervals of the metrics of one evaluation. */
export interface MetricIntervals {
  readonly level: typeof intervalLevel;
  readonly resamples: number;
  readonly seed: number;
  /** Users that were drawn from. */
  readonly users: number;
  /** By metric; null where the metric, or its interval, is not defined. */
  readonly of: Readonly<Partial<Record<MetricName, Interval | null>>>;
}

/**
 * Intervals of every metric of an evaluation from its predictions on disk. The same file and seed give the same intervals.
 * @throws GramkitError MODEL_FILE_CORRUPT
 */
export async function intervalsOf(predictionsFile: string, seed: number): Promise<MetricIntervals> {
  return bootstrapIntervals(await readUserStatistics(await StoredPredictions.open(predictionsFile)), seed);
}

/** The same from statistics that have been read. */
export function bootstrapIntervals({ users, statistics }: UserStatistics, seed: number, resamples = resampleCount): MetricIntervals {
  const values = resample(statistics, users.length, { seed, resamples });
  const intervals = statistics.map(({ name }, index) => [name, users.length < 2 ? null : percentileInterval(values[index]!)] as const);
  return { level: intervalLevel, resamples, seed, users: users.length, of: Object.fromEntries(intervals) };
}

/** The middle `intervalLevel` of resampled values, interpolated between neighbours as numpy's percentile does; null where too many are not defined. */
export function percentileInterval(values: Float64Array): Interval | null {
  const defined = values.filter((value) => !Number.isNaN(value)).sort();
  if (defined.length === 0 || defined.length < intervalLevel * values.length) return null;
  const tail = (1 - intervalLevel) / 2;
  return { low: quantile(defined, tail), high: quantile(defined, 1 - tail) };
}

function quantile(sorted: Float64Array, share: number): number {
  const place = share * (sorted.length - 1);
  const below = Math.floor(place);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below]! + (place - below) * (sorted[above]! - sorted[below]!);
}
