import { GramkitError } from '@gramkit/spec';

/** `value`, which must be a whole number. @throws GramkitError CONFIGURATION_INVALID naming `field` where it is none or below `least`. */
export function positive(value: number, field: string, least = 1): number {
  if (Number.isInteger(value) && value >= least) return value;
  throw new GramkitError('CONFIGURATION_INVALID', `must be a whole number of at least ${least}, not ${value}`, { field, fix: `set ${field} to ${least} or more` });
}
