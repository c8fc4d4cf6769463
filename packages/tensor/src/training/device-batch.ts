import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor1D } from '@tensorflow/tfjs-core';
import type { Batch, DeviceBatch, DeviceTensors, HostTensor, HostTensors } from '@gramkit/spec';
import { GramkitError } from '@gramkit/spec';

export function uploadTensor({ data, shape, dtype }: HostTensor): Tensor {
  return tf.tensor(data, [...shape], dtype);
}

export function uploadTensors(tensors: HostTensors): DeviceTensors {
  return Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, uploadTensor(tensor)]));
}

/** What the sequence model reads of a batch. */
export function uploadBatch({ references, fields }: Pick<Batch, 'references' | 'fields'>): DeviceBatch {
  return { references: uploadTensors(references), fields: uploadTensors(fields) };
}

/** Row numbers on the device, int32 `[rows]`. */
export function uploadRows(rows: Int32Array): Tensor1D {
  return tf.tensor1d(rows, 'int32');
}

/**
 * Refuses a batch that would read beside the catalogue or beside its own items.
 * @throws GramkitError DATA_EMPTY, DATA_MISMATCH
 */
export function checkBatch({ itemIds, references }: Batch, catalogueSize: number): void {
  if (itemIds.length === 0) {
    throw new GramkitError('DATA_EMPTY', 'The batch holds no item', { field: 'itemIds', fix: 'Leave empty batches out.' });
  }
  const seen = new Set<number>();
  for (const row of itemIds) {
    if (row < 0 || row >= catalogueSize) throw mismatch('itemIds', `row ${row} is not in the catalogue of ${catalogueSize} items`);
    if (seen.has(row)) throw mismatch('itemIds', `row ${row} stands there twice; each item of a batch is listed once`);
    seen.add(row);
  }
  for (const [name, { data }] of Object.entries(references)) {
    for (const reference of data) {
      if (reference >= itemIds.length) throw mismatch(name, `reference ${reference} points beyond the batch's ${itemIds.length} items`);
    }
  }
}

function mismatch(field: string, found: string): GramkitError {
  return new GramkitError('DATA_MISMATCH', `The batch does not fit the catalogue: ${found}`, {
    field,
    fix: 'Make the batches from the catalogue that the strategy was given.',
  });
}
