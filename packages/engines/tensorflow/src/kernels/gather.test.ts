import { gather, grad, sum, tensor1d, tensor2d, tidy } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { loadEngine } from '../engine/load-engine.js';
import { nodeBackend } from './node-backend.js';

describe('GatherV2', () => {
  beforeAll(async () => void (await loadEngine()));

  it('gathers rows and columns, also repeated', () => {
    const table = tensor2d([[1, 2], [3, 4], [5, 6]]);
    expect(Array.from(gather(table, tensor1d([2, 0, 2], 'int32')).dataSync())).toEqual([5, 6, 1, 2, 5, 6]);
    expect(Array.from(gather(table, tensor1d([1], 'int32'), 1).dataSync())).toEqual([2, 4, 6]);
  });

  it('sums the gradients of repeated rows', () => {
    const gradient = grad((table) => sum(gather(table, tensor1d([2, 0, 2], 'int32'))))(tensor2d([[1, 2], [3, 4], [5, 6]]));
    expect(Array.from(gradient.dataSync())).toEqual([1, 1, 0, 0, 2, 2]);
  });

  it('reads nothing back', () => {
    const read = vi.spyOn(nodeBackend() as unknown as { readSync(): unknown }, 'readSync');
    tidy(() => void gather(tensor2d([[1, 2], [3, 4]]), tensor1d([1], 'int32')));
    expect(read).not.toHaveBeenCalled();
    read.mockRestore();
  });

  it('fails on an index that is out of range', () => {
    expect(() => gather(tensor2d([[1, 2]]), tensor1d([1], 'int32')).dataSync()).toThrow(/1 is not in \[0, 1\)/);
  });
});
