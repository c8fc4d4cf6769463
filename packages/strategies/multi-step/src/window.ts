import * as tf from '@tensorflow/tfjs-core';
import type { Scalar, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import type { Batch } from '@gramkit/spec';
import { GrowingRows, uploadRows } from '@gramkit/tensor';

/** Sums over the steps of a window, on the device. */
export type WindowSums = {
  /** float32 scalar: sum over steps of the norm of that step's move of all rows. */
  readonly moveNorms: Scalar;
  /** float32 scalar: sum over steps of the row rate. */
  readonly rowRates: Scalar;
};

/** A move of rows in one step. */
export type RowMove = {
  /** int32 `[rows]`, each place once */
  readonly places: Tensor1D;
  /** `[rows, dimension]`: `-rate g_u` */
  readonly change: Tensor2D;
  readonly rowRate: Scalar;
};

/**
 * `H` of the items that a window has touched so far, compact: row `k` belongs to catalogue row `rows[k]`, in order of first touch.
 * A row is `encoding + displacement`, kept apart: moves are small beside encodings, and `H - CE(c)` would cancel in float32.
 */
export class Window {
  /** Catalogue rows. */
  readonly rows: number[] = [];
  steps = 0;
  lastBatch?: Batch;
  #places = new Map<number, number>();
  readonly #encodings: GrowingRows;
  readonly #displacement: GrowingRows;
  #sums: WindowSums;

  constructor(
    /** Counts windows from zero; with the run's seed it decides the encoder's masks in the whole window. */
    readonly index: number,
    dimension: number,
  ) {
    this.#encodings = new GrowingRows(dimension);
    this.#displacement = new GrowingRows(dimension);
    this.#sums = keepSums({ moveNorms: tf.scalar(0), rowRates: tf.scalar(0) });
  }

  /** `[rows, dimension]`: the rows as they were filled. The caller disposes it. */
  encodings(): Tensor2D {
    return this.#encodings.values();
  }

  /** `[rows, dimension]`: how far they have moved. The caller disposes it. */
  displacement(): Tensor2D {
    return this.#displacement.values();
  }

  /** `[places, dimension]` of either. */
  encodingsAt(places: Tensor1D): Tensor2D {
    return this.#encodings.take(places);
  }

  displacementAt(places: Tensor1D): Tensor2D {
    return this.#displacement.take(places);
  }

  get sums(): WindowSums {
    return this.#sums;
  }

  has(row: number): boolean {
    return this.#places.has(row);
  }

  /** int32 `[rows]`: where catalogue rows stand. The caller disposes it. */
  places(rows: ArrayLike<number>): Tensor1D {
    return uploadRows(Int32Array.from(rows, (row) => this.#places.get(row)!));
  }

  /** `H` at `places` `[places, dimension]`. */
  at(places: Tensor1D): Tensor2D {
    return tf.tidy(() => tf.add(this.encodingsAt(places), this.displacementAt(places)));
  }

  /** Adds rows that were not there, not yet moved. Copies `encodings` `[rows, dimension]`. */
  fill(rows: readonly number[], encodings: Tensor2D): void {
    for (const row of rows) this.#places.set(row, this.rows.push(row) - 1);
    this.#encodings.append(encodings);
    tf.tidy(() => this.#displacement.append(tf.zerosLike(encodings)));
  }

  /** Moves rows: one step of SGD. */
  move({ places, change, rowRate }: RowMove): void {
    this.#displacement.add(places, change);
    this.#replaceSums(tf.tidy(() => ({
      moveNorms: tf.add(this.#sums.moveNorms, tf.norm(change)) as Scalar,
      rowRates: tf.add(this.#sums.rowRates, rowRate) as Scalar,
    })));
    this.steps++;
  }

  /** Puts a saved window back into an empty one. Copies the tensors. */
  restore(rows: ArrayLike<number>, encodings: Tensor2D, displacement: Tensor2D, sums: WindowSums): void {
    this.fill(Array.from(rows), encodings);
    tf.tidy(() => this.#displacement.add(tf.range(0, rows.length, 1, 'int32'), displacement));
    this.#replaceSums({ moveNorms: sums.moveNorms.clone(), rowRates: sums.rowRates.clone() });
  }

  dispose(): void {
    this.#encodings.dispose();
    this.#displacement.dispose();
    tf.dispose(this.#sums);
  }

  #replaceSums(sums: WindowSums): void {
    tf.dispose(this.#sums);
    this.#sums = keepSums(sums);
  }
}

function keepSums({ moveNorms, rowRates }: WindowSums): WindowSums {
  return { moveNorms: tf.keep(moveNorms), rowRates: tf.keep(rowRates) };
}
