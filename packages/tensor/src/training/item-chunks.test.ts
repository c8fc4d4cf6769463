import type { PreparedItems } from '@gramkit/spec';
import { describe, expect, it } from 'vitest';
import { chunkItems, placesInChunks, tokensOf } from './item-chunks.js';

const lengths = [4, 2, 9, 2, 4, 1, 7];
const catalogue = { count: lengths.length, lengthOf: (row: number) => lengths[row]! } as PreparedItems;

describe('chunks of items', () => {
  it('are of like length, shortest first, equal ones in the order given', () => {
    const chunks = chunkItems([6, 4, 0, 3, 2, 1, 5, 1], catalogue, { items: 3 });
    expect(chunks.map(({ rows }) => Array.from(rows))).toEqual([[5, 3, 1], [1, 4, 0], [6, 2]]);
    expect(chunks.map(({ positions }) => Array.from(positions))).toEqual([[6, 3, 5], [7, 1, 2], [0, 4]]);
    expect(chunks.map(({ tokens }) => tokens)).toEqual([5, 10, 16]);
    expect(chunks.map(({ paddedTokens }) => paddedTokens)).toEqual([6, 12, 18]);
    expect(tokensOf(chunks)).toBe(31);
  });

  it('hold the tokens allowed, padding counted, and one item at least', () => {
    const chunks = chunkItems([6, 4, 0, 3, 2, 1, 5, 1], catalogue, { tokens: 8 });
    expect(chunks.map(({ rows }) => Array.from(rows, (row) => lengths[row]))).toEqual([[1, 2, 2, 2], [4, 4], [7], [9]]);
    expect(chunks.map(({ paddedTokens }) => paddedTokens)).toEqual([8, 8, 7, 9]);
    expect(chunkItems([0, 2, 6], catalogue, { tokens: 1 }).map(({ rows }) => Array.from(rows))).toEqual([[0], [6], [2]]);
    expect(chunkItems([0, 2, 6], catalogue, { tokens: 27 })).toHaveLength(1);
  });

  it('find every item again', () => {
    const rows = [6, 4, 0, 3, 2, 1, 5, 1];
    const chunks = chunkItems(rows, catalogue, { items: 3 });
    const laidOut = chunks.flatMap((chunk) => Array.from(chunk.rows));
    expect(Array.from(placesInChunks(chunks), (place) => laidOut[place])).toEqual(rows);
  });

  it('are none of nothing', () => {
    expect(chunkItems([], catalogue, { items: 3 })).toEqual([]);
  });
});
