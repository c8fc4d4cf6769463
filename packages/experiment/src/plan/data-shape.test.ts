import type { Batch, PreparedItems } from '@gramkit/spec';
import { describe, expect, it } from 'vitest';
import type { RunData } from '../trainer/run-data.js';
import { itemsMetIn, measureDataShape } from './data-shape.js';
import { sampleCatalogue } from './sampled-catalogue.js';

const catalogue: PreparedItems = {
  count: 6,
  lengthOf: (row) => row + 1,
  collate: (rows) => ({ tokenIds: { dtype: 'int32', shape: [rows.length], data: Int32Array.from(rows) } }),
};

function batch(itemIds: readonly number[], places: readonly number[]): Batch {
  return { itemIds: Int32Array.from(itemIds), references: { items: { dtype: 'int32', shape: [1, places.length], data: Int32Array.from(places) } }, fields: {} };
}

const batches = [batch([5, 0], [0, 0, 1, -1]), batch([1], [0, 0]), batch([0, 2], [0, 1])];

const data = {
  stepsPerEpoch: 3,
  counts: { items: 6, users: 4, interactions: 60 },
  seenInTraining: Uint8Array.of(1, 1, 1, 0, 0, 1),
  trainBatches: async function* () {
    yield* batches;
  },
} as unknown as RunData;

describe('measureDataShape', () => {
  it('counts items as often as batches refer to them, and each once', async () => {
    expect(await measureDataShape(data, catalogue, 10)).toEqual({
      users: 4, items: 6, interactions: 60, interactionsPerItem: 10, catalogueTokens: 21, stepsPerEpoch: 3, batches: 3,
      interactionsPerBatch: 7 / 3, uniqueItemsPerBatch: 5 / 3, interactionsPerUniqueItem: 7 / 5,
      interactionTokensPerBatch: (6 + 6 + 1 + 2 + 2 + 1 + 3) / 3, uniqueTokensPerBatch: (7 + 2 + 4) / 3,
      met: [{ batches: 1, items: 2, tokens: 7 }, { batches: 2, items: 3, tokens: 9 }, { batches: 3, items: 4, tokens: 12 }],
    });
  });

  it('knows what an epoch meets without looking at all of it', async () => {
    const shape = await measureDataShape(data, catalogue, 1);
    expect(shape).toMatchObject({ batches: 1, met: [{ batches: 1, items: 2, tokens: 7 }, { batches: 3, items: 4, tokens: 12 }] });
    expect(itemsMetIn(shape, 3)).toMatchObject({ items: 4, tokens: 12 });
    expect(itemsMetIn(shape, 2)).toMatchObject({ items: 3, tokens: 9.5 });
    expect(itemsMetIn(shape, 99)).toMatchObject({ items: 4 });
  });
});

it('a sampled catalogue holds the items of its batches alone, and gives their input', () => {
  const sampled = sampleCatalogue(catalogue, batches.slice(0, 2));
  expect(sampled.catalogue.count).toBe(3);
  expect(sampled.batches.map(({ itemIds }) => [...itemIds])).toEqual([[0, 1], [2]]);
  expect([0, 1, 2].map((row) => sampled.catalogue.lengthOf(row))).toEqual([6, 1, 2]);
  expect([...sampled.catalogue.collate([2, 0])['tokenIds']!.data]).toEqual([1, 5]);
});
