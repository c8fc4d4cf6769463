import type { Batch } from '@gramkit/spec';

/** The rows of a batch, items by their place in the catalogue. */
export interface ImpressionRows {
  readonly rows: number;
  readonly historyLength: number;
  readonly candidateCount: number;
  /** int32 `[rows, historyLength]`, oldest first, -1 at padding, which stands at the end. */
  readonly history: Int32Array;
  /** int32 `[rows, candidateCount]`, -1 at padding, which stands at the end. */
  readonly candidates: Int32Array;
  /** float32 `[rows, candidateCount]`: 1 clicked, 0 not and at padding. */
  readonly labels: Float32Array;
}

/** Rows of padding alone, to be filled. */
export function emptyRows(rows: number, historyLength: number, candidateCount: number): ImpressionRows {
  return {
    rows, historyLength, candidateCount,
    history: new Int32Array(rows * historyLength).fill(-1),
    candidates: new Int32Array(rows * candidateCount).fill(-1),
    labels: new Float32Array(rows * candidateCount),
  };
}

/** Puts batches of impressions together; one per catalogue, since it keeps an array of the catalogue's size. */
export class ImpressionAssembler {
  /** Row of `itemIds` of each item in the batch at hand, -1 for the others: reset after each batch. */
  readonly #rowOfItem: Int32Array;

  constructor(catalogueSize: number) {
    this.#rowOfItem = new Int32Array(catalogueSize).fill(-1);
  }

  /**
   * A batch from rows, whose arrays become the batch's: items turn into references to `itemIds`, the unique items in order of first
   * occurrence, row by row, in each the history first and then the candidates.
   */
  assemble({ rows, historyLength, candidateCount, history, candidates, labels }: ImpressionRows): Batch {
    const unique: number[] = [];
    for (let row = 0; row < rows; row++) {
      this.#refer(history, row * historyLength, (row + 1) * historyLength, unique);
      this.#refer(candidates, row * candidateCount, (row + 1) * candidateCount, unique);
    }
    for (const item of unique) this.#rowOfItem[item] = -1;
    return {
      itemIds: Int32Array.from(unique),
      references: {
        history: { dtype: 'int32', shape: [rows, historyLength], data: history },
        candidates: { dtype: 'int32', shape: [rows, candidateCount], data: candidates },
      },
      fields: { labels: { dtype: 'float32', shape: [rows, candidateCount], data: labels } },
    };
  }

  #refer(cells: Int32Array, start: number, end: number, unique: number[]): void {
    for (let cell = start; cell < end; cell++) {
      const item = cells[cell]!;
      if (item < 0) continue;
      if (this.#rowOfItem[item]! < 0) this.#rowOfItem[item] = unique.push(item) - 1;
      cells[cell] = this.#rowOfItem[item]!;
    }
  }
}
