import type { Batch, HostTensor, HostTensors } from '@gramkit/spec';

/** A batch whose items are in two parts, and its references pointing to the first and then the second. */
export interface SplitBatch {
  /** Catalogue rows, in the batch's order. */
  readonly encoded: Int32Array;
  readonly cached: readonly number[];
  readonly batch: Pick<Batch, 'references' | 'fields'>;
}

/** Splits the items of a batch by whether they are cached; a batch without any stays as it is. */
export function splitBatch(batch: Batch, isCached: (row: number) => boolean): SplitBatch {
  const { itemIds, references, fields } = batch;
  const cached = Array.from(itemIds).filter(isCached);
  if (cached.length === 0) return { encoded: itemIds, cached, batch };
  const among = new Set(cached);
  const encoded = itemIds.filter((row) => !among.has(row));
  const places = new Map([...encoded, ...cached].map((row, place) => [row, place]));
  const placeOf = itemIds.map((row) => places.get(row)!);
  return { encoded, cached, batch: { references: repointed(references, placeOf), fields } };
}

function repointed(references: HostTensors, placeOf: Int32Array): HostTensors {
  const repoint = ({ data, shape }: HostTensor): HostTensor => ({ dtype: 'int32', shape, data: Int32Array.from(data, (reference) => (reference < 0 ? -1 : placeOf[reference]!)) });
  return Object.fromEntries(Object.entries(references).map(([name, array]) => [name, repoint(array)]));
}
