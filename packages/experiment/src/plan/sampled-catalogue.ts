import type { Batch, PreparedItems } from '@gramkit/spec';

/** A catalogue of the items of some batches, and those batches with their items numbered by it. */
export interface SampledCatalogue {
  readonly catalogue: PreparedItems;
  readonly batches: readonly Batch[];
}

/** Leaves out of a catalogue what some batches do not need, so that nothing of it is encoded while they are calibrated on. */
export function sampleCatalogue(catalogue: PreparedItems, batches: readonly Batch[]): SampledCatalogue {
  const rows: number[] = [];
  const placeOf = new Map<number, number>();
  for (const { itemIds } of batches) {
    for (const row of itemIds) {
      if (placeOf.has(row)) continue;
      placeOf.set(row, rows.length);
      rows.push(row);
    }
  }
  return {
    catalogue: {
      count: rows.length,
      lengthOf: (place) => catalogue.lengthOf(rows[place]!),
      collate: (places) => catalogue.collate(Int32Array.from(places, (place) => rows[place]!)),
    },
    batches: batches.map((batch) => ({ ...batch, itemIds: batch.itemIds.map((row) => placeOf.get(row)!) })),
  };
}
