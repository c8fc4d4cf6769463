import { expect, it } from 'vitest';
import { miniBatches } from './mini-batches.js';

it('covers every row once, longest first, within the bound of padded tokens', () => {
  const lengths = Array.from({ length: 3_000 }, (_, row) => 2 + ((row * 7919) % 127));
  const batches = miniBatches(lengths.length, (row) => lengths[row]!);
  expect(batches.flat().sort((a, b) => a - b)).toEqual(lengths.map((_, row) => row));
  expect(batches[0]![0]).toBe(lengths.indexOf(Math.max(...lengths)));
  for (const batch of batches) {
    expect(batch.length).toBeLessThanOrEqual(256);
    expect(batch.length * Math.max(...batch.map((row) => lengths[row]!))).toBeLessThanOrEqual(8_192);
  }
});

it('gives a text that is longer than the bound a mini-batch of its own', () => {
  expect(miniBatches(2, (row) => (row === 1 ? 10_000 : 4))).toEqual([[1], [0]]);
});

it('makes none of nothing', () => {
  expect(miniBatches(0, () => 1)).toEqual([]);
});
