import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor1D } from '@tensorflow/tfjs-core';
import { kernelNames, type PackedSoftmaxGradientInputs, type PackedSoftmaxInputs } from '@gramkit/spec';
import { offersKernels } from './offered-kernels.js';
import { mapItems } from './packed-items.js';

/** The softmax of each item's scores: `[tokens]` and the items' offsets `[items + 1]` to `[tokens]`, 0 in the padding. */
export function packedSoftmax(scores: Tensor1D, offsets: Tensor1D): Tensor1D {
  return (offersKernels(kernelNames.packedSoftmax, kernelNames.packedSoftmaxGradient) ? kernelPackedSoftmax : plainPackedSoftmax)(scores, offsets);
}

function kernelPackedSoftmax(scores: Tensor1D, offsets: Tensor1D): Tensor1D {
  const compute = tf.customGrad((...given) => {
    const [values, save] = given as unknown as [Tensor1D, tf.GradSaveFunc];
    const probabilities = tf.engine().runKernel<Tensor1D>(kernelNames.packedSoftmax, { scores: values, offsets } satisfies PackedSoftmaxInputs);
    save([probabilities, offsets]);
    return {
      value: probabilities,
      gradFunc: (gradient: Tensor, saved: Tensor[]) => {
        const [savedProbabilities, savedOffsets] = saved as [Tensor1D, Tensor1D];
        const inputs: PackedSoftmaxGradientInputs = { gradient: gradient as Tensor1D, probabilities: savedProbabilities, offsets: savedOffsets };
        return tf.engine().runKernel<Tensor>(kernelNames.packedSoftmaxGradient, inputs);
      },
    };
  });
  return compute(scores) as Tensor1D;
}

/** Item by item, for engines without the kernel and to test it against. */
export function plainPackedSoftmax(scores: Tensor1D, offsets: Tensor1D): Tensor1D {
  return mapItems([scores], offsets, ([ofItem]) => tf.softmax(ofItem!));
}
