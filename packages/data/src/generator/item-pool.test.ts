import { expect, it } from 'vitest';
import { createItemPool } from './item-pool.js';
import { createRandom } from './random.js';

const rows = Array.from({ length: 80 }, (_, row) => row);

it('draws every question as often, and none twice, where popularity is left out', () => {
  const drawn = new Uint32Array(80);
  createItemPool(rows, { seed: 1, items: 80, popularityExponent: undefined }).draw(createRandom(1), drawn, 80);
  expect([...drawn].sort((a, b) => a - b)).toEqual(rows);
});

it('draws in proportion to a power of the rank', () => {
  const pool = createItemPool(rows, { seed: 1, items: 80, popularityExponent: 1 });
  const drawn = new Uint32Array(200_000);
  pool.draw(createRandom(1), drawn, drawn.length);
  const counts = rows.map(() => 0);
  for (const row of drawn) counts[row]!++;
  const shares = counts.map((count) => count / drawn.length).sort((a, b) => b - a);
  const harmonic = rows.reduce((sum, rank) => sum + 1 / (rank + 1), 0);
  for (const rank of [0, 1, 9]) expect(shares[rank]! * (rank + 1) * harmonic).toBeCloseTo(1, 1);
  expect(counts[0]).not.toBe(Math.max(...counts));
});

it('draws only what the pool holds', () => {
  const drawn = new Uint32Array(1000);
  createItemPool([3, 5], { seed: 1, items: 80, popularityExponent: 1 }).draw(createRandom(2), drawn, 1000);
  expect(new Set(drawn)).toEqual(new Set([3, 5]));
});
