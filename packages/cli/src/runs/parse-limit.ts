import { GramkitError } from '@gramkit/spec';
import type { ComparisonLimit } from '@gramkit/experiment';

const secondsOf = { s: 1, m: 60, h: 3_600 } as const;

/**
 * `end-to-end=30s`, `multi-step:10=200steps`: the strategy, and what cuts its training.
 * @throws GramkitError USAGE
 */
export function parseLimit(text: string): readonly [strategy: string, limit: ComparisonLimit] {
  const [, strategy, amount, unit] = /^(.+)=(\d+(?:\.\d+)?)(s|m|h|steps)$/.exec(text) ?? [];
  if (strategy === undefined || Number(amount) === 0 || (unit === 'steps' && !Number.isInteger(Number(amount)))) {
    throw new GramkitError('USAGE', `'${text}' is no limit`, { fix: "write STRATEGY=DURATION, for instance 'end-to-end=30s', '…=2m' or '…=200steps'" });
  }
  return [strategy, unit === 'steps' ? { steps: Number(amount) } : { seconds: Number(amount) * secondsOf[unit as keyof typeof secondsOf] }];
}

/** Several of them; a strategy may have a limit of time and one of steps. */
export function parseLimits(texts: readonly string[]): Record<string, ComparisonLimit> {
  const limits: Record<string, ComparisonLimit> = {};
  for (const [strategy, limit] of texts.map(parseLimit)) limits[strategy] = { ...limits[strategy], ...limit };
  return limits;
}
