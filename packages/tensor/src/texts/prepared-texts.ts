import type { HostTensors, PreparedItems } from '@gramkit/spec';
import { checkCatalogueRow } from './catalogue-row.js';

/** Token ids of a whole catalogue in two arrays: those of row `r` lie in `ids` from `offsets[r]` to `offsets[r + 1]`. */
export class PreparedTexts implements PreparedItems {
  readonly count: number;

  constructor(
    private readonly offsets: Uint32Array,
    private readonly ids: Int32Array,
    private readonly paddingId: number,
  ) {
    this.count = offsets.length - 1;
  }

  static of(rows: readonly Int32Array[], paddingId: number): PreparedTexts {
    const offsets = new Uint32Array(rows.length + 1);
    rows.forEach((row, index) => { offsets[index + 1] = offsets[index]! + row.length; });
    const ids = new Int32Array(offsets[rows.length]!);
    rows.forEach((row, index) => ids.set(row, offsets[index]));
    return new PreparedTexts(offsets, ids, paddingId);
  }

  /** @throws GramkitError DATA_MISMATCH for a row that is not there. */
  lengthOf(row: number): number {
    checkCatalogueRow(row, this.count);
    return this.offsets[row + 1]! - this.offsets[row]!;
  }

  /** `tokenIds` int32 `[rows, longest]`, `lengths` int32 `[rows]`. @throws GramkitError DATA_MISMATCH for a row that is not there. */
  collate(rows: ArrayLike<number>): HostTensors {
    const lengths = Int32Array.from(rows, (row) => this.lengthOf(row));
    const longest = lengths.reduce((length, other) => Math.max(length, other), 0);
    const tokenIds = new Int32Array(lengths.length * longest).fill(this.paddingId);
    lengths.forEach((length, place) => {
      const start = this.offsets[rows[place]!]!;
      tokenIds.set(this.ids.subarray(start, start + length), place * longest);
    });
    return {
      tokenIds: { dtype: 'int32', shape: [lengths.length, longest], data: tokenIds },
      lengths: { dtype: 'int32', shape: [lengths.length], data: lengths },
    };
  }
}
