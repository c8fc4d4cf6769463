import * as tf from '@tensorflow/tfjs-core';
import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import { uploadRows } from '@gramkit/tensor';

/** Encodings `[rows, dimension]` of some catalogue rows, found by catalogue row. Owns its tensor. */
export class RowTable {
  readonly rows: readonly number[];
  readonly encodings: Tensor2D;
  readonly #places: ReadonlyMap<number, number>;

  /** Takes `encodings` over; its row `k` belongs to catalogue row `rows[k]`. */
  constructor(rows: readonly number[], encodings: Tensor2D) {
    this.rows = rows;
    this.encodings = encodings;
    this.#places = new Map(rows.map((row, place) => [row, place]));
  }

  has(row: number): boolean {
    return this.#places.has(row);
  }

  /** int32 `[rows]`: where `rows`, all of them in the table, stand. The caller disposes it. */
  places(rows: ArrayLike<number>): Tensor1D {
    return uploadRows(Int32Array.from(rows, (row) => this.#places.get(row)!));
  }

  /** `[rows, dimension]` */
  take(rows: ArrayLike<number>): Tensor2D {
    return tf.tidy(() => tf.gather(this.encodings, this.places(rows)));
  }

  dispose(): void {
    this.encodings.dispose();
  }
}
