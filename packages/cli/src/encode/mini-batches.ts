/** A mini-batch costs its longest text times their number; so much fits the memory of a small machine and fills a wide one. */
const maximumPaddedTokens = 8_192;
const maximumTexts = 256;

/** Cuts rows into mini-batches of texts of like length, the longest first, so that a memory shortage shows at once and padding is small. */
export function miniBatches(count: number, lengthOf: (row: number) => number): number[][] {
  const rows = Array.from({ length: count }, (_, row) => row).sort((a, b) => lengthOf(b) - lengthOf(a) || a - b);
  const batches: number[][] = [];
  for (let start = 0; start < count; ) {
    const fitting = Math.floor(maximumPaddedTokens / Math.max(1, lengthOf(rows[start]!)));
    const end = start + Math.min(maximumTexts, Math.max(1, fitting));
    batches.push(rows.slice(start, end));
    start = end;
  }
  return batches;
}
