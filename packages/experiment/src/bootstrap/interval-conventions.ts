/** Responses up to which a resample counts the area anew; beyond, it follows from each user's influence. */
export const exactAreaLimit = 100_000;
export const resampleCount = 1_000;
export const intervalLevel = 0.95;

/** How intervals are made; written beside them. */
export const intervalConventions = {
  intervals: `${intervalLevel * 100}% percentile bootstrap over users: ${resampleCount} resamples of as many users as there are, with replacement, all of a user's predictions together`,
  areaInResamples: `knowledge tracing: up to ${exactAreaLimit.toLocaleString('en-US')} predictions the AUC is counted anew in every resample; beyond, it is taken to first order in how often users are drawn`,
  undefinedResamples: 'resamples in which a metric is not defined are left out; with more than 5% of them, or fewer than two users, there is no interval',
} as const;
