import type { Batch } from '@gramkit/spec';
import { expect, it } from 'vitest';
import { everyOccurrence } from './every-occurrence.js';

it('gives every reference a row of its own, row-major and array by array, and leaves padding alone', () => {
  const batch: Batch = {
    itemIds: Int32Array.of(40, 7, 12),
    references: {
      histories: { dtype: 'int32', shape: [2, 3], data: Int32Array.of(0, 1, -1, 1, 0, 2) },
      candidates: { dtype: 'int32', shape: [2, 1], data: Int32Array.of(2, 2) },
    },
    fields: { lengths: { dtype: 'int32', shape: [2], data: Int32Array.of(2, 3) } },
  };
  const { rows, batch: repointed } = everyOccurrence(batch);
  expect(Array.from(rows)).toEqual([40, 7, 7, 40, 12, 12, 12]);
  expect(Array.from(repointed.references.histories!.data)).toEqual([0, 1, -1, 2, 3, 4]);
  expect(Array.from(repointed.references.candidates!.data)).toEqual([5, 6]);
  expect(repointed.references.histories!.shape).toEqual([2, 3]);
  expect(repointed.fields).toBe(batch.fields);
});
