import { describe, expect, it } from 'vitest';
import { hidesEveryGpu, showOneGpu } from './visible-gpu.js';

describe('showOneGpu', () => {
  it.each([
    ['the first where nothing is said', undefined, undefined, '0'],
    ['the one asked for', undefined, 2, '2'],
    ['the first of those the user lists', '3,1', undefined, '3'],
    ['the one asked for of those the user lists', '3, 1', 1, '1'],
    ['the only one the user lists', 'GPU-5e0c', undefined, 'GPU-5e0c'],
    ['none behind an entry that CUDA stops at', '2,-1,3', undefined, '2'],
  ])('shows %s', (_case, visible, gpu, expected) => {
    const environment: NodeJS.ProcessEnv = visible === undefined ? {} : { CUDA_VISIBLE_DEVICES: visible };
    showOneGpu(gpu, environment);
    expect(environment.CUDA_VISIBLE_DEVICES).toBe(expected);
  });

  it('refuses an index beyond those that the user lists', () => {
    expect(() => showOneGpu(2, { CUDA_VISIBLE_DEVICES: '3,1' })).toThrow(expect.objectContaining({
      code: 'ENGINE_UNSUPPORTED',
      message: "engine.gpu is 2, but CUDA_VISIBLE_DEVICES='3,1' leaves 2 to see",
      details: { field: 'engine.gpu', fix: expect.stringContaining('from 0 to 1') },
    }));
  });
});

describe('hidesEveryGpu', () => {
  it.each([[undefined, false], ['0', false], ['MIG-abc', false], ['', true], ['-1', true], ['NoDevFiles', true]])('of %j is %j', (visible, hides) => {
    expect(hidesEveryGpu(visible === undefined ? {} : { CUDA_VISIBLE_DEVICES: visible })).toBe(hides);
  });
});
