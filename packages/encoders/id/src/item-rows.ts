import { createHash } from 'node:crypto';
import { type HostTensors, type ItemContent, type PreparedItems, type Preprocessor, specificationVersion } from '@gramkit/spec';
import { checkCatalogueRow } from '@gramkit/tensor';

/**
 * Finds items in the table of vectors by their ids, whatever catalogue they come in. `collate` gives `tableRows` int32 `[items]` and, where
 * it meets an item without a vector, `known` float32 `[items, 1]`: 1 for an item with a vector, 0 for one without, whose row is 0.
 * @param ids of the items that have a vector, in the order of the table
 */
export function itemRows(ids: readonly string[]): Preprocessor {
  const rowOf = new Map(ids.map((id, row) => [id, row]));
  return {
    specificationVersion,
    kind: 'tokenizer',
    name: 'item-ids',
    vocabularySize: ids.length,
    fingerprint: createHash('sha256').update(JSON.stringify(ids)).digest('hex'),
    prepare: (items: Iterable<ItemContent>) => preparedRows(Int32Array.from(items, ({ id }) => rowOf.get(id) ?? -1)),
    dispose: () => undefined,
  };
}

/** @param rows table row of each item; -1 for one without a vector */
function preparedRows(rows: Int32Array): PreparedItems {
  return {
    count: rows.length,
    lengthOf: (row) => {
      rowAt(rows, row);
      return 1;
    },
    collate: (asked) => collate(Int32Array.from(asked, (row) => rowAt(rows, row))),
  };
}

function collate(rows: Int32Array): HostTensors {
  const tableRows = { dtype: 'int32', shape: [rows.length], data: rows.map((row) => Math.max(row, 0)) } as const;
  if (rows.every((row) => row >= 0)) return { tableRows };
  return { tableRows, known: { dtype: 'float32', shape: [rows.length, 1], data: Float32Array.from(rows, (row) => (row < 0 ? 0 : 1)) } };
}

function rowAt(rows: Int32Array, row: number): number {
  checkCatalogueRow(row, rows.length);
  return rows[row]!;
}
