import type { MetricName } from '../metrics/evaluation-metrics.js';

/** A metric of an evaluation as a function of how often each of its users counts. */
export interface UserStatistic {
  readonly name: MetricName;
  /** `weights` `[users]`: how often each user was drawn. NaN where the metric is not defined. */
  value(weights: Float64Array): number;
}

/** A mean over responses or impressions, from each user's sum and count `[users]`. */
export function meanOverUsers(name: MetricName, sums: Float64Array, counts: Float64Array): UserStatistic {
  return {
    name,
    value: (weights) => {
      let sum = 0;
      let count = 0;
      for (let user = 0; user < sums.length; user++) {
        sum += weights[user]! * sums[user]!;
        count += weights[user]! * counts[user]!;
      }
      return sum / count;
    },
  };
}
