import { describe, expect, it } from 'vitest';
import { hash32, hashBound, permutation, sortedByKey } from './hash.js';

describe('hash32', () => {
  it('gives what the PyTorch peer gives', () => {
    // Recorded from hash32 of gram_torch.py.
    expect(hash32(0)).toBe(2462723854);
    expect(hash32(1)).toBe(920564995);
    expect(hash32(1, 1, 0)).toBe(421404593);
    expect(hash32(1, 1, 1)).toBe(3473650009);
    expect(hash32(1, 2, 0, 7)).toBe(2647322910);
    expect(hash32(4294967295, 7, 123456789)).toBe(699004261);
    expect(hash32(42, 2, 3, 2920)).toBe(3118566710);
  });

  it('picks the test students of the PyTorch peer', () => {
    const test = Array.from({ length: 60 }, (_, student) => student).filter((student) => hash32(1, 1, student) < hashBound(0.2));
    expect(test).toEqual([0, 3, 13, 14, 18, 27, 29, 33, 38, 44, 47, 50, 51, 52, 54, 57]);
  });
});

describe('permutation', () => {
  it('gives what the PyTorch peer gives', () => {
    expect([...permutation(20, 1, 2, 3)]).toEqual([18, 1, 15, 6, 16, 8, 4, 3, 10, 9, 7, 5, 17, 12, 13, 19, 14, 0, 11, 2]);
  });

  it('holds every number once, in another order for another key', () => {
    const order = permutation(5000, 9, 2, 0);
    expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: 5000 }, (_, index) => index));
    expect([...order]).not.toEqual([...permutation(5000, 9, 2, 1)]);
  });
});

describe('sortedByKey', () => {
  it('breaks ties by index and takes the whole range of keys', () => {
    const keys = [5, 0xffffffff, 5, 0, 5];
    expect([...sortedByKey(5, (index) => keys[index]!)]).toEqual([3, 0, 2, 4, 1]);
  });
});
