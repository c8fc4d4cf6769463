import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor1D } from '@tensorflow/tfjs-core';

/** The rows of one item among packed ones (see `PackedItems` in spec). */
export interface ItemRange {
  readonly item: number;
  readonly first: number;
  readonly length: number;
}

/** The rows of each item, in order. Reads the offsets back: for engines without kernels for packed rows. */
export function itemRanges(offsets: Tensor1D): ItemRange[] {
  const bounds = offsets.dataSync<'int32'>();
  return Array.from({ length: bounds.length - 1 }, (_, item) => ({ item, first: bounds[item]!, length: bounds[item + 1]! - bounds[item]! }));
}

/** What `compute` makes of the slices of each item that has rows, one after another, then zeros for the padding: of the form of `inputs[0]`. */
export function mapItems<Value extends Tensor>(inputs: readonly Value[], offsets: Tensor1D, compute: (slices: Value[], range: ItemRange) => Tensor): Value {
  const [tokens, ...rest] = inputs[0]!.shape as [number, ...number[]];
  const ranges = itemRanges(offsets);
  const sliced = (range: ItemRange) => inputs.map((input) => tf.slice(input, range.first, range.length)) as Value[];
  const outputs = ranges.filter(({ length }) => length > 0).map((range) => compute(sliced(range), range));
  const padding = tokens - (ranges.at(-1) === undefined ? 0 : ranges.at(-1)!.first + ranges.at(-1)!.length);
  if (padding > 0) outputs.push(tf.zeros([padding, ...rest]));
  return (outputs.length === 0 ? tf.zeros(inputs[0]!.shape) : tf.concat(outputs, 0)) as Value;
}
