import type { Batch, BatchLayout, HostTensor } from '@gramkit/spec';
import type { EvaluationBatch } from './evaluation-batch.js';
import { layWindows, type LaidWindows } from './lay-windows.js';

/** What evaluation has to know of the windows of a batch. */
export interface EvaluatedWindows {
  /** The user of each window `[windows]`. */
  readonly users: Int32Array;
  /** Whether a prediction counts; nothing where all do. */
  readonly counts?: (window: number, offset: number, item: number) => boolean;
}

/** Puts batches together; one per catalogue, since it keeps an array of the catalogue's size. */
export class BatchAssembler {
  readonly #layout: BatchLayout;
  /** Row of `itemIds` of each item in the batch at hand, -1 for the others: reset after each batch. */
  readonly #rowOfItem: Int32Array;

  constructor(catalogueSize: number, layout: BatchLayout = 'windows') {
    this.#layout = layout;
    this.#rowOfItem = new Int32Array(catalogueSize).fill(-1);
  }

  /**
   * A batch from windows of packed interactions (`2 * item + response`), one after another, `lengths[w]` each, none above `positions`:
   * unique items in order of first occurrence over the windows in their order, whatever the layout; `references.items` int32
   * `[rows, positions]`, -1 at padding; `fields.responses` float32 `[rows, positions]`, 0 at padding; `fields.lengths` int32 `[rows]`, positions in
   * use; in rows `fields.starts` float32 `[rows, positions]`, 1 where a window begins; `fields.weight` float32 `[]` where there is one.
   */
  assemble(packed: Uint32Array, lengths: Int32Array, positions: number, weight?: number): Batch {
    return this.#batchOf(layWindows(this.#layout, lengths, positions), packed, lengths, positions, weight);
  }

  /**
   * The same for evaluation, with `users` int32 `[rows * positions]`, -1 at padding, and `fields.counted` float32 `[rows, positions]`, 0 where a
   * prediction does not count and at padding, where not all do.
   */
  assembleEvaluation(packed: Uint32Array, lengths: Int32Array, positions: number, evaluated: EvaluatedWindows): EvaluationBatch {
    const laid = layWindows(this.#layout, lengths, positions);
    const users = new Int32Array(laid.rows * positions).fill(-1);
    const counted = evaluated.counts === undefined ? undefined : new Float32Array(laid.rows * positions);
    for (let window = 0, source = 0; window < lengths.length; window++) {
      const start = laid.rowOf[window]! * positions + laid.startOf[window]!;
      for (let offset = 0; offset < lengths[window]!; offset++, source++) {
        users[start + offset] = evaluated.users[window]!;
        if (counted !== undefined) counted[start + offset] = Number(evaluated.counts!(window, offset, packed[source]! >>> 1));
      }
    }
    const batch = this.#batchOf(laid, packed, lengths, positions);
    if (counted === undefined) return { ...batch, users };
    return { ...batch, fields: { ...batch.fields, counted: { dtype: 'float32', shape: [laid.rows, positions], data: counted } }, users };
  }

  #batchOf(laid: LaidWindows, packed: Uint32Array, lengths: Int32Array, positions: number, weight?: number): Batch {
    const references = new Int32Array(laid.rows * positions).fill(-1);
    const responses = new Float32Array(laid.rows * positions);
    const unique: number[] = [];
    for (let window = 0, source = 0; window < lengths.length; window++) {
      const start = laid.rowOf[window]! * positions + laid.startOf[window]!;
      for (let target = start, end = start + lengths[window]!; target < end; target++, source++) {
        references[target] = this.#rowOf(packed[source]! >>> 1, unique);
        responses[target] = packed[source]! & 1;
      }
    }
    for (const item of unique) this.#rowOfItem[item] = -1;
    const shape = [laid.rows, positions];
    return {
      itemIds: Int32Array.from(unique),
      references: { items: { dtype: 'int32', shape, data: references } },
      fields: {
        responses: { dtype: 'float32', shape, data: responses },
        lengths: { dtype: 'int32', shape: [laid.rows], data: laid.used },
        ...(this.#layout === 'rows' ? { starts: startsOf(laid, positions) } : {}),
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

function startsOf({ rows, rowOf, startOf }: LaidWindows, positions: number): HostTensor {
  const starts = new Float32Array(rows * positions);
  rowOf.forEach((row, window) => (starts[row * positions + startOf[window]!] = 1));
  return { dtype: 'float32', shape: [rows, positions], data: starts };
}
