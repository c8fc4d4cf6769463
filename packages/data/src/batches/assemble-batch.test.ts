import type { Batch } from '@gramkit/spec';
import { describe, expect, it } from 'vitest';
import { hash32 } from '../split/hash.js';
import { BatchAssembler } from './assemble-batch.js';

/** An interaction as batches are made from it: twice the item and the response. */
const packedOf = (item: number, response: number): number => 2 * item + response;

function assembled(layout: 'windows' | 'rows', windows: readonly (readonly number[])[], positions: number, weight?: number): Batch {
  const lengths = Int32Array.from(windows, (window) => window.length);
  return new BatchAssembler(20, layout).assemble(Uint32Array.from(windows.flat()), lengths, positions, weight);
}

/** The windows that a batch in rows holds, read off its starts and lengths, in the order of its rows. */
function windowsIn({ itemIds, references, fields }: Batch): number[][] {
  const [rows, positions] = references.items!.shape as [number, number];
  const windows: number[][] = [];
  for (let row = 0; row < rows; row++) {
    for (let cell = row * positions; cell < row * positions + fields.lengths!.data[row]!; cell++) {
      if (fields.starts!.data[cell] === 1) windows.push([]);
      windows.at(-1)!.push(packedOf(itemIds[references.items!.data[cell]!]!, fields.responses!.data[cell]!));
    }
  }
  return windows;
}

const sorted = (windows: readonly (readonly number[])[]): string[] => windows.map((window) => window.join(' ')).sort();

/** Batches of 1 to 40 windows of 2 to 12 interactions with 20 items. */
const manyBatches = Array.from({ length: 200 }, (_, batch) =>
  Array.from({ length: 1 + (hash32(1, batch) % 40) }, (_, window) =>
    Array.from({ length: 2 + (hash32(2, batch, window) % 11) }, (_, position) => hash32(3, batch, window, position) % 40)));

describe('a batch in rows', () => {
  it('is the one worked by hand', () => {
    // Longest first: the window of 6 fills row 0, that of 4 begins row 1, that of 3 row 2; of the two of 2 the first one goes behind the 4.
    const windows = [
      [packedOf(5, 1), packedOf(1, 0), packedOf(5, 0)],
      [packedOf(2, 1), packedOf(2, 0), packedOf(0, 1), packedOf(1, 1), packedOf(3, 0), packedOf(4, 1)],
      [packedOf(4, 0), packedOf(5, 1)],
      [packedOf(6, 1), packedOf(0, 0), packedOf(6, 0), packedOf(1, 1)],
      [packedOf(3, 1), packedOf(7, 0)],
    ];
    const shape = [4, 6];
    expect(assembled('rows', windows, 6, 0.5)).toEqual({
      itemIds: Int32Array.of(5, 1, 2, 0, 3, 4, 6, 7),
      references: {
        items: { dtype: 'int32', shape, data: Int32Array.of(
          2, 2, 3, 1, 4, 5,
          6, 3, 6, 1, 5, 0,
          0, 1, 0, 4, 7, -1,
          -1, -1, -1, -1, -1, -1,
        ) },
      },
      fields: {
        responses: { dtype: 'float32', shape, data: Float32Array.of(
          1, 0, 1, 1, 0, 1,
          1, 0, 0, 1, 0, 1,
          1, 0, 0, 1, 0, 0,
          0, 0, 0, 0, 0, 0,
        ) },
        starts: { dtype: 'float32', shape, data: Float32Array.of(
          1, 0, 0, 0, 0, 0,
          1, 0, 0, 0, 1, 0,
          1, 0, 0, 1, 0, 0,
          0, 0, 0, 0, 0, 0,
        ) },
        lengths: { dtype: 'int32', shape: [4], data: Int32Array.of(6, 6, 5, 0) },
        weight: { dtype: 'float32', shape: [], data: Float32Array.of(0.5) },
      },
    });
  });

  it('holds every window whole and once, and the items in the order that one window a row gives', () => {
    for (const windows of manyBatches) {
      const batch = assembled('rows', windows, 12);
      expect(sorted(windowsIn(batch))).toEqual(sorted(windows));
      expect(batch.itemIds).toEqual(assembled('windows', windows, 12).itemIds);
      // What is not in use is padding, and no window begins there.
      const interactions = windows.flat().length;
      expect(batch.references.items!.data.filter((reference) => reference >= 0)).toHaveLength(interactions);
      expect([...batch.fields.lengths!.data].reduce((sum, used) => sum + used, 0)).toBe(interactions);
      expect([...batch.fields.starts!.data].reduce((sum, start) => sum + start, 0)).toBe(windows.length);
    }
  });

  it('has an even number of rows, of which none has room for a window of a later one', () => {
    for (const windows of manyBatches) {
      const { references, fields } = assembled('rows', windows, 12);
      const used = [...fields.lengths!.data];
      expect(references.items!.shape[0]! % 2).toBe(0);
      expect(used.slice(0, -1).every((length) => length > 0)).toBe(true);
      const beginnings = used.map((_, row) => [...fields.starts!.data.subarray(row * 12, (row + 1) * 12)].flatMap((start, position) => (start === 1 ? [position] : [])));
      beginnings.forEach((ofRow, row) => {
        const lengths = ofRow.map((start, index) => (ofRow[index + 1] ?? used[row]!) - start);
        for (const length of lengths) for (const before of used.slice(0, row)) expect(before + length).toBeGreaterThan(12);
      });
    }
  });

  it('is the same each time, whatever was assembled before', () => {
    const assembler = new BatchAssembler(20, 'rows');
    for (const windows of manyBatches.slice(0, 20)) {
      const lengths = Int32Array.from(windows, (window) => window.length);
      expect(assembler.assemble(Uint32Array.from(windows.flat()), lengths, 12)).toEqual(assembled('rows', windows, 12));
    }
  });
});
