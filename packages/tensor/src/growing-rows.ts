import * as tf from '@tensorflow/tfjs-core';
import type { Rank, Tensor1D, Tensor2D, Variable } from '@tensorflow/tfjs-core';
import { addToRows } from './add-to-rows.js';

const initialCapacity = 256;

/** A table that rows are added to at its end, and whose rows are changed in place: neither costs more the more rows there are. */
export class GrowingRows {
  #table: Variable<Rank.R2>;
  #count = 0;

  constructor(dimension: number) {
    this.#table = tf.tidy(() => tf.variable(tf.zeros<Rank.R2>([initialCapacity, dimension]), false));
  }

  get count(): number {
    return this.#count;
  }

  /** `[count, dimension]`; a tensor of its own, as the rows are now. The caller disposes it. */
  values(): Tensor2D {
    return tf.slice(this.#table as Tensor2D, [0, 0], [this.#count, this.#table.shape[1]]);
  }

  /** `[rows, dimension]` */
  take(places: Tensor1D): Tensor2D {
    return tf.gather(this.#table as Tensor2D, places);
  }

  /** Adds rows at the end. Copies `rows` `[n, dimension]`. */
  append(rows: Tensor2D): void {
    this.#grow(this.#count + rows.shape[0]);
    tf.tidy(() => addToRows(this.#table, tf.range(this.#count, this.#count + rows.shape[0], 1, 'int32'), rows));
    this.#count += rows.shape[0];
  }

  /** Puts `rows` `[places, dimension]` in the place of those at `places`, each named once. Exact: a finite row less itself is nothing. */
  replace(places: Tensor1D, rows: Tensor2D): void {
    tf.tidy(() => addToRows(this.#table, places, tf.neg(this.take(places))));
    addToRows(this.#table, places, rows);
  }

  /** Adds `change` `[places, dimension]` to the rows at `places`. */
  add(places: Tensor1D, change: Tensor2D): void {
    addToRows(this.#table, places, change);
  }

  dispose(): void {
    this.#table.dispose();
  }

  /** To twice the room at least: a row is copied once on average, however many there come to be. */
  #grow(needed: number): void {
    const [capacity, dimension] = this.#table.shape;
    if (needed <= capacity) return;
    const grown = tf.tidy(() => tf.variable(tf.concat([this.#table as Tensor2D, tf.zeros<Rank.R2>([Math.max(needed, 2 * capacity) - capacity, dimension])], 0), false));
    this.#table.dispose();
    this.#table = grown as Variable<Rank.R2>;
  }
}
