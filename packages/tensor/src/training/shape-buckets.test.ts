import { expect, it } from 'vitest';
import { bucketSize } from './shape-buckets.js';

it('rounds up to eighths of a power of two, 8 at least', () => {
  expect([1, 8, 9, 63, 64, 65, 72, 127, 128, 129, 1000, 1025].map((size) => bucketSize(size, 8))).toEqual([8, 8, 16, 64, 64, 72, 72, 128, 128, 144, 1024, 1152]);
});

it('is coarser where that is asked for', () => {
  expect([9, 64, 65, 75, 97, 128, 129].map((size) => bucketSize(size, 2))).toEqual([16, 64, 96, 96, 128, 128, 192]);
});

it('is finer for small sizes where that is asked for', () => {
  expect([1, 4, 5, 13, 16, 17, 33, 100].map((size) => bucketSize(size, 4, 4))).toEqual([4, 4, 8, 16, 16, 20, 40, 112]);
});

it.each([2, 8])('leaves its own sizes alone, never shrinks, grows by its step at most, and knows %i sizes between one and its double', (perDoubling) => {
  const sizes = Array.from({ length: 4096 }, (_, index) => index + 1);
  for (const size of sizes) {
    expect(bucketSize(bucketSize(size, perDoubling), perDoubling)).toBe(bucketSize(size, perDoubling));
    expect(bucketSize(size, perDoubling)).toBeGreaterThanOrEqual(size);
    if (size > 64) expect(bucketSize(size, perDoubling)).toBeLessThan(size * (1 + 1 / perDoubling));
  }
  const between = new Set(sizes.filter((size) => size > 512 && size <= 1024).map((size) => bucketSize(size, perDoubling)));
  expect(between.size).toBe(perDoubling);
});
