import { describe, expect, it } from 'vitest';
import { deriveSeed, seededOrder } from './seeds.js';

describe('seeds', () => {
  it('are int32 and differ by seed, stream and counter', () => {
    const seeds = [1, 2].flatMap((seed) => (['encoderMasks', 'sequenceModelMasks', 'regressionOrder'] as const).flatMap((stream) => Array.from({ length: 500 }, (_, step) => deriveSeed(seed, stream, step))));
    expect(new Set(seeds).size).toBe(seeds.length);
    for (const seed of seeds) expect(seed).toBe(seed | 0);
    expect(deriveSeed(1, 'encoderMasks', 7)).toBe(deriveSeed(1, 'encoderMasks', 7));
    expect(deriveSeed(1, 'encoderMasks', 1, 2)).not.toBe(deriveSeed(1, 'encoderMasks', 2, 1));
  });

  it('order numbers, each once', () => {
    const order = seededOrder(50, 1, 'regressionOrder', 3);
    expect(Array.from(order).sort((left, right) => left - right)).toEqual(Array.from({ length: 50 }, (_, index) => index));
    expect(order).not.toEqual(seededOrder(50, 1, 'regressionOrder', 4));
    expect(order).toEqual(seededOrder(50, 1, 'regressionOrder', 3));
  });
});
