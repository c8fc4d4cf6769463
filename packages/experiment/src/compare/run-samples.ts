import { existsSync } from 'node:fs';
import { resample } from '../bootstrap/resample.js';
import { resampleCount } from '../bootstrap/interval-conventions.js';
import { readUserStatistics } from '../bootstrap/user-statistics.js';
import type { MetricName } from '../metrics/evaluation-metrics.js';
import { StoredPredictions } from '../predictions/test-predictions.js';
import { RunFolder } from '../run/run-folder.js';

/** A run's test metrics in resamples of its users. */
export interface RunSamples {
  /** Rising. */
  readonly users: Int32Array;
  readonly predictions: number;
  readonly of: ReadonlyMap<MetricName, Float64Array>;
}

/**
 * Reads what a run kept of its test users and resamples it; nothing where it kept nothing. Runs with the same seed and users see the same resamples.
 * @throws GramkitError MODEL_FILE_CORRUPT
 */
export async function readSamples(runDirectory: string, seed: number): Promise<RunSamples | undefined> {
  const file = new RunFolder(runDirectory).predictions;
  if (!existsSync(file)) return undefined;
  const stored = await StoredPredictions.open(file);
  const { users, statistics } = await readUserStatistics(stored);
  const values = resample(statistics, users.length, { seed, resamples: resampleCount });
  return { users, predictions: stored.rows, of: new Map(statistics.map(({ name }, index) => [name, values[index]!])) };
}

/** Whether two runs were tested on the same predictions of the same users. */
export function areComparable(first: RunSamples, second: RunSamples): boolean {
  return first.predictions === second.predictions && first.users.length === second.users.length && first.users.every((user, place) => user === second.users[place]);
}
