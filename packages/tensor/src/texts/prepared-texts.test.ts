import { describe, expect, it } from 'vitest';
import { PreparedTexts } from './prepared-texts.js';

const texts = PreparedTexts.of([[5, 6, 7], [], [8]].map((row) => Int32Array.from(row)), 9);

describe('PreparedTexts', () => {
  it('puts rows together in the order asked for, padded to the longest of them', () => {
    const { tokenIds, lengths } = texts.collate([2, 0, 2]);
    expect(tokenIds).toEqual({ dtype: 'int32', shape: [3, 3], data: Int32Array.of(8, 9, 9, 5, 6, 7, 8, 9, 9) });
    expect(lengths).toEqual({ dtype: 'int32', shape: [3], data: Int32Array.of(1, 3, 1) });
    expect(texts.collate([1]).tokenIds!.shape).toEqual([1, 0]);
    expect([texts.count, texts.lengthOf(0), texts.lengthOf(1)]).toEqual([3, 3, 0]);
  });

  it('refuses rows that it lacks', () => {
    expect(() => texts.collate([0, 3])).toThrow(/no item in row 3: the catalogue has 3/);
    expect(() => texts.lengthOf(0.5)).toThrow(expect.objectContaining({ code: 'DATA_MISMATCH' }));
  });
});
