import type { Batch } from '@gramkit/spec';

/** Puts batches together; one per catalogue, since it keeps an array of the catalogue's size. */
export class BatchAssembler {
  /** Row of `itemIds` of each item in the batch at hand, -1 for the others: reset after each batch. */
  readonly #rowOfItem: Int32Array;

  constructor(catalogueSize: number) {
    this.#rowOfItem = new Int32Array(catalogueSize).fill(-1);
  }

  /**
   * A batch from windows of packed interactions (`2 * item + response`), one after another, `lengths[w]` each, none above `positions`:
   * unique items in order of first occurrence, row-major; `references.items` int32 `[batch, positions]`, -1 at padding;
   * `fields.responses` float32 `[batch, positions]`, 0 at padding; `fields.lengths` int32 `[batch]`; `fields.weight` float32 `[]` where there is one.
   */
  assemble(packed: Uint32Array, lengths: Int32Array, positions: number, weight?: number): Batch {
    const references = new Int32Array(lengths.length * positions).fill(-1);
    const responses = new Float32Array(lengths.length * positions);
    const unique: number[] = [];
    for (let row = 0, source = 0; row < lengths.length; row++) {
      for (let target = row * positions, end = target + lengths[row]!; target < end; target++, source++) {
        references[target] = this.#rowOf(packed[source]! >>> 1, unique);
        responses[target] = packed[source]! & 1;
      }
    }
    for (const item of unique) this.#rowOfItem[item] = -1;
    const shape = [lengths.length, positions];
    return {
      itemIds: Int32Array.from(unique),
      references: { items: { dtype: 'int32', shape, data: references } },
      fields: {
        responses: { dtype: 'float32', shape, data: responses },
        lengths: { dtype: 'int32', shape: [lengths.length], data: lengths },
        ...(weight === undefined ? {} : { weight: { dtype: 'float32', shape: [], data: Float32Array.of(weight) } }),
      },
    };
  }

  #rowOf(item: number, unique: number[]): number {
    const known = this.#rowOfItem[item]!;
    if (known >= 0) return known;
    this.#rowOfItem[item] = unique.length;
    return unique.push(item) - 1;
  }
}
