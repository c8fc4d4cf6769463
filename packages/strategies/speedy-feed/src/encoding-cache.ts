import type { ComponentState } from '@gramkit/spec';
import { GramkitError } from '@gramkit/spec';
import { GrowingRows, savedTensor, uploadRows } from '@gramkit/tensor';
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';

interface Entry {
  /** Where its encoding stands in the table. */
  readonly place: number;
  /** The step that encoded it. */
  readonly step: number;
}

/**
 * Encodings by catalogue row, each with the step that made it. What has grown too old is forgotten and its place used again:
 * the table is as large as the most rows that were young at one time, whatever the catalogue.
 */
export class EncodingCache {
  /** The oldest first. */
  readonly #entries = new Map<number, Entry>();
  readonly #dimension: number;
  #table: GrowingRows;
  #free: number[] = [];

  constructor(dimension: number) {
    this.#dimension = dimension;
    this.#table = new GrowingRows(dimension);
  }

  get size(): number {
    return this.#entries.size;
  }

  has(row: number): boolean {
    return this.#entries.has(row);
  }

  /** Forgets what was encoded before `step`. */
  forgetBefore(step: number): void {
    for (const [row, entry] of this.#entries) {
      if (entry.step >= step) return;
      this.#entries.delete(row);
      this.#free.push(entry.place);
    }
  }

  /** Encodings `[rows, dimension]` of rows that are there. The caller disposes them. */
  take(rows: readonly number[]): Tensor2D {
    return tf.tidy(() => this.#table.take(uploadRows(Int32Array.from(rows, (row) => this.#entries.get(row)!.place))));
  }

  /** Copies the encodings `[rows, dimension]` that `step`, the latest so far, made of `rows`, in the place of older ones. */
  put(rows: Int32Array, encodings: Tensor2D, step: number): void {
    const [replaced, added]: [number[], number[]] = [[], []];
    rows.forEach((row, index) => {
      const place = this.#entries.get(row)?.place ?? this.#free.pop();
      (place === undefined ? added : replaced).push(index);
      this.#entries.delete(row);
      this.#entries.set(row, { step, place: place ?? this.#table.count + added.length - 1 });
    });
    tf.tidy(() => {
      const of = (indices: readonly number[]) => tf.gather(encodings, uploadRows(Int32Array.from(indices))) as Tensor2D;
      if (replaced.length > 0) this.#table.replace(uploadRows(Int32Array.from(replaced, (index) => this.#entries.get(rows[index]!)!.place)), of(replaced));
      if (added.length > 0) this.#table.append(of(added));
    });
  }

  /** Tensors that the caller disposes; none of an empty cache. */
  tensors(): Record<string, Tensor> {
    if (this.size === 0) return {};
    const rows = Array.from(this.#entries.keys());
    return {
      'cache/rows': uploadRows(Int32Array.from(rows)),
      'cache/steps': uploadRows(Int32Array.from(this.#entries.values(), ({ step }) => step)),
      'cache/encodings': this.take(rows),
    };
  }

  /**
   * Goes on from the tensors of another cache.
   * @param step the step to come: nothing was encoded by it or later
   * @param count items of the catalogue
   * @throws GramkitError CHECKPOINT_MISMATCH
   */
  restore(state: ComponentState, step: number, count: number): void {
    const saved = Object.keys(state.tensors).some((name) => name.startsWith('cache/')) ? this.#checked(state, step, count) : undefined;
    this.#entries.clear();
    this.#free = [];
    this.#table.dispose();
    this.#table = new GrowingRows(this.#dimension);
    if (saved === undefined) return;
    saved.rows.forEach((row, place) => this.#entries.set(row, { place, step: saved.steps[place]! }));
    this.#table.append(saved.encodings);
  }

  dispose(): void {
    this.#table.dispose();
  }

  #checked(state: ComponentState, step: number, count: number) {
    const rows = savedTensor<Tensor1D>(state, 'cache/rows', [-1], 'int32');
    const steps = savedTensor<Tensor1D>(state, 'cache/steps', [rows.shape[0]], 'int32').dataSync<'int32'>();
    const encodings = savedTensor<Tensor2D>(state, 'cache/encodings', [rows.shape[0], this.#dimension], 'float32');
    const values = rows.dataSync<'int32'>();
    const inOrder = steps.every((made, index) => made >= 0 && made < step && (index === 0 || made >= steps[index - 1]!));
    const known = values.every((row) => row >= 0 && row < count) && new Set(values).size === values.length;
    if (inOrder && known) return { rows: values, steps, encodings };
    throw new GramkitError('CHECKPOINT_MISMATCH', `The saved cache of encodings does not fit: ${known ? `steps of encoding were expected in ascending order and before step ${step}` : `distinct rows of a catalogue of ${count} items were expected`}`, {
      field: known ? 'cache/steps' : 'cache/rows',
      fix: 'Resume with the configuration that the checkpoint was written under, or start a new run.',
    });
  }
}
