import * as tf from '@tensorflow/tfjs-core';
import { loadEngine } from '@gramkit/engine-tensorflow';
import { beforeAll, describe, expect, it } from 'vitest';
import { visiblePast } from './visible-past.js';

beforeAll(async () => void (await loadEngine()));

const seen = (additive: tf.Tensor4D) => (additive.arraySync() as number[][][][]).map(([head]) => head!.map((row) => row.map((value) => (Math.abs(value) === 0 ? 1 : value === -1e9 ? 0 : NaN))));

describe('visiblePast', () => {
  it('is the past of a row, alike for all', () => {
    const { additive, positions } = visiblePast(3, undefined);
    expect(seen(additive)).toEqual([[[1, 0, 0], [1, 1, 0], [1, 1, 1]]]);
    expect(positions.arraySync()).toEqual([[0, 1, 2]]);
    expect(positions.dtype).toBe('int32');
  });

  it('ends where a window begins, and positions count anew', () => {
    const { additive, positions } = visiblePast(4, tf.tensor2d([[1, 0, 1, 0], [1, 0, 0, 1]]));
    expect(seen(additive)).toEqual([
      [[1, 0, 0, 0], [1, 1, 0, 0], [0, 0, 1, 0], [0, 0, 1, 1]],
      [[1, 0, 0, 0], [1, 1, 0, 0], [1, 1, 1, 0], [0, 0, 0, 1]],
    ]);
    expect(positions.arraySync()).toEqual([[0, 1, 0, 1], [0, 1, 2, 0]]);
    expect(positions.dtype).toBe('int32');
  });
});
