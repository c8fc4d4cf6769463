import { expect, it } from 'vitest';
import { bucketSize } from './shape-buckets.js';

it('rounds up to eighths of a power of two, 8 at least', () => {
  expect([1, 8, 9, 63, 64, 65, 72, 127, 128, 129, 1000, 1025].map(bucketSize)).toEqual([8, 8, 16, 64, 64, 72, 72, 128, 128, 144, 1024, 1152]);
});

it('leaves its own sizes alone, never shrinks, grows by an eighth at most, and knows 8 sizes between one and its double', () => {
  const sizes = Array.from({ length: 4096 }, (_, index) => index + 1);
  for (const size of sizes) {
    expect(bucketSize(bucketSize(size))).toBe(bucketSize(size));
    expect(bucketSize(size)).toBeGreaterThanOrEqual(size);
    if (size >= 64) expect(bucketSize(size)).toBeLessThanOrEqual(size * 1.125);
  }
  const between = new Set(sizes.filter((size) => size > 512 && size <= 1024).map(bucketSize));
  expect(between.size).toBe(8);
});
