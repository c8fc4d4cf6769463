import { GramkitError, isGramkitError, type Optimizer } from '@gramkit/spec';

/**
 * Tells an optimizer how many updates a strategy makes with it (`Optimizer.plan`).
 * @param place its key under `optimizers` in a configuration: an optimizer does not know which of the two it is, and its error is to say so
 * @throws GramkitError what the optimizer throws, its field with the place before it.
 */
export function planUpdates(place: 'encoder' | 'model', optimizer: Optimizer, updates: number | undefined): void {
  try {
    optimizer.plan?.(updates);
  } catch (cause) {
    if (!isGramkitError(cause)) throw cause;
    const { field } = cause.details;
    throw new GramkitError(cause.code, cause.message, { ...cause.details, field: `optimizers.${place}${field === undefined ? '' : `.${field}`}`, cause });
  }
}
