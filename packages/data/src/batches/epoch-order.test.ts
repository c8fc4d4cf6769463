import { describe, expect, it } from 'vitest';
import { hash32, permutation } from '../split/hash.js';
import { epochOrder, type EpochOrderOptions } from './epoch-order.js';

/** Half of the windows are full, as where histories are long. */
const lengths = Uint32Array.from({ length: 203 }, (_, window) => (window % 2 === 0 ? 100 : 2 + (hash32(5, window) % 98)));
const options: EpochOrderOptions = { seed: 7, epoch: 3, batchSize: 4, batches: 50, lengthPool: 8 };

function batchesOf(changes: Partial<EpochOrderOptions> = {}): number[][] {
  const { windowsOf } = epochOrder(lengths, { ...options, ...changes });
  return Array.from({ length: changes.batches ?? options.batches }, (_, batch) => [...windowsOf(batch)]);
}

function chunked<Value>(values: readonly Value[], size: number): Value[][] {
  return Array.from({ length: Math.ceil(values.length / size) }, (_, index) => values.slice(index * size, (index + 1) * size));
}

/** The docstring's three steps in the plainest way. */
function plainBatches(pool: number, batches: number, batchSize: number): number[][] {
  const hashOf = (stream: number, index: number) => hash32(7, stream, 3, index);
  const hashed = Array.from(lengths.keys()).sort((a, b) => hashOf(2, a) - hashOf(2, b) || a - b).slice(0, batches * batchSize);
  const pooled = chunked(hashed, pool * batchSize).flatMap((windows) => windows.toSorted((a, b) => lengths[a]! - lengths[b]!));
  const made = chunked(pooled, batchSize);
  return Array.from(made.keys()).sort((a, b) => hashOf(8, a) - hashOf(8, b) || a - b).map((batch) => made[batch]!);
}

/** Padded positions for each real one. */
function paddingShare(batches: readonly number[][]): number {
  const real = batches.flat().reduce((sum, window) => sum + lengths[window]!, 0);
  const positions = batches.reduce((sum, batch) => sum + batch.length * Math.max(...batch.map((window) => lengths[window]!)), 0);
  return positions / real - 1;
}

describe('epochOrder', () => {
  it.each([2, 8, 64])('is that of a plain reference with pools of %i batches', (lengthPool) => {
    expect(batchesOf({ lengthPool })).toEqual(plainBatches(lengthPool, 50, 4));
    expect(batchesOf({ lengthPool, batches: 51 })).toEqual(plainBatches(lengthPool, 51, 4));
  });

  it('gives what Python makes of the definition', () => {
    // Recorded from numpy with hash32 and permutation of gram_torch.py.
    const { windowsOf, weightOf } = epochOrder(Uint32Array.of(9, 4, 7, 4, 9, 2, 8, 5, 3, 6, 9), { seed: 1, epoch: 0, batchSize: 2, batches: 5, lengthPool: 2 });
    expect(Array.from({ length: 5 }, (_, batch) => [...windowsOf(batch)])).toEqual([[5, 3], [10, 0], [8, 6], [7, 2], [1, 9]]);
    expect(Array.from({ length: 5 }, (_, batch) => weightOf!(batch))).toEqual([4, 16, 9, 10, 8].map((predictions) => expect.closeTo(predictions / (47 / 5), 10)));
  });

  it('is the order of the hash alone with a pool of one', () => {
    expect(batchesOf({ lengthPool: 1 })).toEqual(chunked([...permutation(203, 7, 2, 3)].slice(0, 200), 4));
  });

  it('weighs batches by their predictions, one in the mean, and not where each is drawn from all windows', () => {
    const { windowsOf, weightOf } = epochOrder(lengths, options);
    const weights = Array.from({ length: 50 }, (_, batch) => weightOf!(batch));
    const predictions = Array.from({ length: 50 }, (_, batch) => [...windowsOf(batch)].reduce((sum, window) => sum + lengths[window]! - 1, 0));
    expect(weights.reduce((sum, weight) => sum + weight) / 50).toBeCloseTo(1, 10);
    for (const [batch, weight] of weights.entries()) expect(weight / predictions[batch]!).toBeCloseTo(weights[0]! / predictions[0]!, 12);
    expect(epochOrder(lengths, { ...options, lengthPool: 1 }).weightOf).toBeUndefined();
  });

  it('takes the windows that it takes without pools, each once', () => {
    const ascending = (batches: readonly number[][]) => batches.flat().sort((a, b) => a - b);
    expect(new Set(batchesOf().flat()).size).toBe(200);
    expect(ascending(batchesOf())).toEqual(ascending(batchesOf({ lengthPool: 1 })));
  });

  it('leaves little padding, the less the larger the pool', () => {
    const shares = [1, 8, 50].map((lengthPool) => paddingShare(batchesOf({ lengthPool })));
    expect(shares[0]).toBeGreaterThan(0.25);
    expect(shares[1]).toBeLessThan(0.15);
    expect(shares[2]).toBeLessThan(shares[1]!);
  });

  it('mixes short and long batches over the epoch, otherwise in each', () => {
    const meansOf = (epoch: number) => batchesOf({ lengthPool: 50, epoch }).map((batch) => batch.reduce((sum, window) => sum + lengths[window]!, 0) / batch.length);
    const halves = chunked(meansOf(3), 25).map((half) => half.reduce((sum, mean) => sum + mean, 0) / 25);
    // In order of length the second half would lie 50 above the first.
    expect(Math.abs(halves[0]! - halves[1]!)).toBeLessThan(15);
    expect(meansOf(4)).not.toEqual(meansOf(3));
  });

  it('makes a smaller batch of what is left where all windows are asked for', () => {
    const sizes = batchesOf({ batches: 51 }).map((batch) => batch.length);
    expect(sizes.filter((size) => size === 3)).toHaveLength(1);
    expect(sizes.filter((size) => size === 4)).toHaveLength(50);
  });
});
