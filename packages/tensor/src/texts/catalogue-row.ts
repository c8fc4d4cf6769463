import { GramkitError } from '@gramkit/spec';

/**
 * Refuses a row that a prepared catalogue does not have.
 * @throws GramkitError DATA_MISMATCH
 */
export function checkCatalogueRow(row: number, count: number): void {
  if (Number.isInteger(row) && row >= 0 && row < count) return;
  throw new GramkitError('DATA_MISMATCH', `there is no item in row ${row}: the catalogue has ${count} items`, { fix: 'Ask for rows of the catalogue that was prepared, 0 to its count less one.' });
}
