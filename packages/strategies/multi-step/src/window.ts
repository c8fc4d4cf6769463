import * as tf from '@tensorflow/tfjs-core';
import type { Scalar, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import type { Batch } from '@gramkit/spec';
import { uploadRows } from '@gramkit/tensor';

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
  // Kept: they outlive whatever `tf.tidy` a caller is in.
  #encodings: Tensor2D;
  #displacement: Tensor2D;
  #sums: WindowSums;

  constructor(
    /** Counts windows from zero; with the run's seed it decides the encoder's masks in the whole window. */
    readonly index: number,
    dimension: number,
  ) {
    this.#encodings = tf.keep(tf.zeros([0, dimension]));
    this.#displacement = tf.keep(tf.zeros([0, dimension]));
    this.#sums = keepSums({ moveNorms: tf.scalar(0), rowRates: tf.scalar(0) });
  }

  /** `[rows, dimension]`: the rows as they were filled. */
  get encodings(): Tensor2D {
    return this.#encodings;
  }

  /** `[rows, dimension]`: how far they have moved. */
  get displacement(): Tensor2D {
    return this.#displacement;
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
    return tf.tidy(() => tf.add(tf.gather(this.#encodings, places), tf.gather(this.#displacement, places)));
  }

  /** Adds rows that were not there, not yet moved. Copies `encodings` `[rows, dimension]`. */
  fill(rows: readonly number[], encodings: Tensor2D): void {
    for (const row of rows) this.#places.set(row, this.rows.push(row) - 1);
    this.#replace(tf.tidy(() => ({ encodings: tf.concat([this.#encodings, encodings], 0), displacement: tf.concat([this.#displacement, tf.zerosLike(encodings)], 0) })));
  }

  /** Moves rows: one step of SGD. */
  move({ places, change, rowRate }: RowMove): void {
    const { displacement, ...sums } = tf.tidy(() => ({
      displacement: tf.add(this.#displacement, tf.unsortedSegmentSum(change, places, this.rows.length)) as Tensor2D,
      moveNorms: tf.add(this.#sums.moveNorms, tf.norm(change)) as Scalar,
      rowRates: tf.add(this.#sums.rowRates, rowRate) as Scalar,
    }));
    this.#replace({ encodings: this.#encodings, displacement });
    this.#replaceSums(sums);
    this.steps++;
  }

  /** Puts a saved window back into an empty one. Copies the tensors. */
  restore(rows: ArrayLike<number>, encodings: Tensor2D, displacement: Tensor2D, sums: WindowSums): void {
    this.fill(Array.from(rows), encodings);
    this.#replace({ encodings: this.#encodings, displacement: displacement.clone() });
    this.#replaceSums({ moveNorms: sums.moveNorms.clone(), rowRates: sums.rowRates.clone() });
  }

  dispose(): void {
    tf.dispose([this.#encodings, this.#displacement]);
    tf.dispose(this.#sums);
  }

  #replace({ encodings, displacement }: { encodings: Tensor2D; displacement: Tensor2D }): void {
    if (encodings !== this.#encodings) this.#encodings.dispose();
    this.#displacement.dispose();
    this.#encodings = tf.keep(encodings);
    this.#displacement = tf.keep(displacement);
  }

  #replaceSums(sums: WindowSums): void {
    tf.dispose(this.#sums);
    this.#sums = keepSums(sums);
  }
}

function keepSums({ moveNorms, rowRates }: WindowSums): WindowSums {
  return { moveNorms: tf.keep(moveNorms), rowRates: tf.keep(rowRates) };
}
