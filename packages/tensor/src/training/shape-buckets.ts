/** The coarseness of small sizes. */
const finest = 8;

/**
 * The size that a shape is filled up to, so that a compiled function meets few different ones: `perDoubling` sizes between one and its double,
 * multiples of 8.
 * @param perDoubling a power of two: 8 where work is done for what is filled up, fewer where that costs little
 */
export function bucketSize(size: number, perDoubling: number): number {
  const step = Math.max(finest, 2 ** Math.floor(Math.log2(Math.max(size - 1, 1))) / perDoubling);
  return Math.ceil(size / step) * step;
}
