/** The coarseness of small sizes. */
const finest = 8;


/**
 * The size that a shape is filled up to, so that a compiled function meets few different ones: the next multiple of an eighth of the
 * power of two below, 8 at least. Sizes grow by an eighth at most; there are 8 of them between a size and its double.
 */
export function bucketSize(size: number): number {
  const step = Math.max(finest, 2 ** (Math.floor(Math.log2(Math.max(size, 1))) - 3));
  return Math.ceil(size / step) * step;
}
