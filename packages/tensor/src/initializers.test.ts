import type { Tensor } from '@tensorflow/tfjs-core';
import { loadEngine } from '@gramkit/engine-tensorflow';
import { beforeAll, describe, expect, it } from 'vitest';
import { fanInUniform, glorotUniform, normal } from './initializers.js';
import { randomSource } from './random.js';

describe('initializers', () => {
  beforeAll(async () => void (await loadEngine()));

  const values = (tensor: Tensor): number[] => Array.from(tensor.dataSync());
  const rootMeanSquare = (numbers: readonly number[]): number => Math.sqrt(numbers.reduce((sum, value) => sum + value ** 2, 0) / numbers.length);

  it('fill the range of their bound evenly', () => {
    for (const [tensor, bound] of [
      [glorotUniform([100, 200], randomSource(1)), Math.sqrt(6 / 300)],
      [fanInUniform([100, 200], 64, randomSource(1)), 1 / 8],
    ] as const) {
      expect(tensor.shape).toEqual([100, 200]);
      expect(tensor.dtype).toBe('float32');
      const found = values(tensor);
      expect(Math.max(...found.map(Math.abs))).toBeLessThanOrEqual(Math.fround(bound));
      expect(Math.max(...found)).toBeGreaterThan(0.99 * bound);
      expect(Math.min(...found)).toBeLessThan(-0.99 * bound);
      expect(rootMeanSquare(found) / (bound / Math.sqrt(3))).toBeCloseTo(1, 1);
    }
  });

  it('give a normal tensor its standard deviation', () => {
    expect(rootMeanSquare(values(normal([200, 100], 0.02, randomSource(2))))).toBeCloseTo(0.02, 3);
  });

  it('give the same bits for the same keys', () => {
    expect(values(normal([50], 1, randomSource(3)))).toEqual(values(normal([50], 1, randomSource(3))));
    expect(values(normal([50], 1, randomSource(3)))).not.toEqual(values(normal([50], 1, randomSource(4))));
  });
});
