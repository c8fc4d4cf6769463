import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import { kernelNames, type PackedSumGradientAttributes, type PackedSumGradientInputs, type PackedSumInputs } from '@gramkit/spec';
import { offersKernels } from './offered-kernels.js';
import { itemRanges } from './packed-items.js';

/** The sum of each item's rows: `[tokens, dimension]` and the items' offsets `[items + 1]` to `[items, dimension]`; 0 for an item without rows. */
export function packedSum(rows: Tensor2D, offsets: Tensor1D): Tensor2D {
  return (offersKernels(kernelNames.packedSum, kernelNames.packedSumGradient) ? kernelPackedSum : plainPackedSum)(rows, offsets);
}

function kernelPackedSum(rows: Tensor2D, offsets: Tensor1D): Tensor2D {
  const attributes: PackedSumGradientAttributes = { tokens: rows.shape[0] };
  const compute = tf.customGrad((...given) => {
    const [values, save] = given as unknown as [Tensor2D, tf.GradSaveFunc];
    save([offsets]);
    return {
      value: tf.engine().runKernel<Tensor>(kernelNames.packedSum, { rows: values, offsets } satisfies PackedSumInputs),
      gradFunc: (gradient: Tensor, [saved]: Tensor[]) => {
        const inputs: PackedSumGradientInputs = { gradient: gradient as Tensor2D, offsets: saved as Tensor1D };
        return tf.engine().runKernel<Tensor>(kernelNames.packedSumGradient, inputs, attributes);
      },
    };
  });
  return compute(rows) as Tensor2D;
}

/** Item by item, for engines without the kernel and to test it against. */
export function plainPackedSum(rows: Tensor2D, offsets: Tensor1D): Tensor2D {
  const sumOf = (first: number, length: number) => tf.sum(tf.slice(rows, first, length), 0, true);
  const sums = itemRanges(offsets).map(({ first, length }) => (length === 0 ? tf.zeros([1, rows.shape[1]]) : sumOf(first, length)));
  return tf.concat(sums, 0) as Tensor2D;
}
