import { type Interval, percentileInterval } from './intervals.js';

/** How one run's metric differs from another's on the same users. */
export interface PairedDifference {
  /** The first run's value less the second's. */
  readonly difference: number;
  readonly interval: Interval | null;
  /** Two-sided: how probable a difference at least this far from none is if users are all that differs. Null where it is not defined. */
  readonly pValue: number | null;
}

/** How the test is made; written beside its results. */
export const pairedTestConventions =
  "paired bootstrap over users: both runs on the same resamples of the test users; p is twice the smaller share of resamples in which the difference is not above, or not below, zero, counting one more (so never 0); over several seeds, the mean of the seeds' differences";

/**
 * The paired bootstrap test (Efron and Tibshirani 1993): both runs' values in the same resamples of users, `[resamples]`; `observed` on all users.
 * Several pairs (seeds) are averaged resample by resample.
 */
export function pairedDifference(pairs: readonly { readonly first: Float64Array; readonly second: Float64Array; readonly observed: number }[]): PairedDifference {
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const differences = pairs[0]!.first.map((_, resample) => mean(pairs.map(({ first, second }) => first[resample]! - second[resample]!)));
  const interval = percentileInterval(differences);
  return { difference: mean(pairs.map(({ observed }) => observed)), interval, pValue: interval === null ? null : twoSided(differences) };
}

function twoSided(differences: Float64Array): number {
  let notAbove = 0;
  let notBelow = 0;
  let defined = 0;
  for (const difference of differences) {
    if (Number.isNaN(difference)) continue;
    defined++;
    if (difference <= 0) notAbove++;
    if (difference >= 0) notBelow++;
  }
  return Math.min(1, (2 * (Math.min(notAbove, notBelow) + 1)) / (defined + 1));
}
