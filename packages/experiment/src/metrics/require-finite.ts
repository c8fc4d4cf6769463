import { GramkitError } from '@gramkit/spec';

/** @throws GramkitError NUMERIC_FAILURE where a model's score is no number. */
export function requireFinite(score: number): void {
  if (Number.isFinite(score)) return;
  throw new GramkitError('NUMERIC_FAILURE', `the model predicted ${score}`, { field: 'scores', fix: 'Training has diverged: lower the learning rates, or go back to an earlier checkpoint.' });
}
