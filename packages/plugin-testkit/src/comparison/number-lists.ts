/** Whether two lists hold the same numbers, bit by bit but for the sign of zero; no number equals itself here. */
export function sameNumbers(found: ArrayLike<number>, expected: ArrayLike<number>): boolean {
  return found.length === expected.length && Array.from(expected).every((value, index) => value === found[index] || (Number.isNaN(value) && Number.isNaN(found[index])));
}

/** The greatest difference of two lists, measured by the greatest number of the second where that exceeds 1; infinite where their lengths differ or something is no number. */
export function greatestDifference(found: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (found.length !== expected.length) return Number.POSITIVE_INFINITY;
  const values = Array.from(expected);
  const scale = Math.max(1, ...values.map(Math.abs));
  const difference = Math.max(0, ...values.map((value, index) => Math.abs(value - found[index]!))) / scale;
  return Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference;
}
