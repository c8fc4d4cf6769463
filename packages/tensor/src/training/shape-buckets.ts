/**
 * The size that a shape is filled up to, so that a compiled function meets few different ones: `perDoubling` sizes between one and its double,
 * multiples of `finest`.
 * @param perDoubling a power of two: 8 where work is done for what is filled up, fewer where that costs little
 * @param finest a power of two, the coarseness of small sizes
 */
export function bucketSize(size: number, perDoubling: number, finest = 8): number {
  const step = Math.max(finest, 2 ** Math.floor(Math.log2(Math.max(size - 1, 1))) / perDoubling);
  return Math.ceil(size / step) * step;
}
