import { add, ones, randomNormal, sum, tidy, zerosLike } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadEngine } from '../engine/load-engine.js';

const residentBytes = () => process.memoryUsage().rss;

describe('ZerosLike', () => {
  beforeAll(async () => void (await loadEngine()));

  it.each([[3], [70_000], [257, 1031]])('is all zeros in memory that was used before: %i', (...shape) => {
    for (let repeat = 0; repeat < 5; repeat++) {
      tidy(() => {
        randomNormal(shape).dispose();
        const zeros = zerosLike(ones(shape));
        expect(zeros.shape).toEqual(shape);
        expect(zeros.dataSync().every((value) => Object.is(value, 0))).toBe(true);
      });
    }
  });

  it('takes memory only as it is written to', () => {
    const source = ones([16_000_000]);
    sum(source).dataSync();
    const before = residentBytes();
    const zeros = zerosLike(source);
    expect(residentBytes() - before).toBeLessThan(16e6);
    expect(sum(add(zeros, 1)).dataSync()[0]).toBe(16_000_000);
  });
});
