import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import { kernelNames, type EncoderPass, type PackedDropoutAttributes, type PackedMask } from '@gramkit/spec';
import { dropoutMask } from './dropout.js';
import { offersKernels } from './offered-kernels.js';
import { mapItems } from './packed-items.js';

/** Which mask a dropout of packed rows draws. */
export interface PackedDropoutSettings {
  /** Probability of zero, in [0, 1). */
  readonly rate: number;
  /** Number of this dropout within the network. */
  readonly site: number;
}

/** Dropout of packed rows `[tokens, width]` with the items' offsets `[items + 1]`. */
export type PackedDropout = (rows: Tensor2D, offsets: Tensor1D, settings: PackedDropoutSettings, pass: EncoderPass) => Tensor2D;

/**
 * Inverted dropout of packed rows with the masks that `dropout` draws for each item's rows at strides `[width, 1]`. Returns the input itself
 * where the pass drops nothing, else 0 in the padding. By the engine's kernel it keeps nothing but what the mask depends on.
 */
export const packedDropout: PackedDropout = (rows, offsets, settings, pass) => {
  if (!pass.training || settings.rate === 0) return rows;
  return (offersKernels(kernelNames.packedDropout) ? kernelPackedDropout : plainPackedDropout)(rows, offsets, settings, pass);
};

const kernelPackedDropout: PackedDropout = (rows, offsets, { rate, site }, pass) => {
  const attributes: PackedDropoutAttributes = { site, rate };
  const drop = (values: Tensor2D, mask: PackedMask) => tf.engine().runKernel<Tensor2D>(kernelNames.packedDropout, { rows: values, ...mask }, attributes);
  const compute = tf.customGrad((...given) => {
    const [values, save] = given as unknown as [Tensor2D, tf.GradSaveFunc];
    save([offsets, pass.maskRows, pass.seed]);
    return {
      value: drop(values, { offsets, maskRows: pass.maskRows, seed: pass.seed }),
      gradFunc: (gradient: Tensor, saved: Tensor[]) => {
        const [savedOffsets, maskRows, seed] = saved as [Tensor1D, Tensor1D, tf.Scalar];
        return drop(gradient as Tensor2D, { offsets: savedOffsets, maskRows, seed });
      },
    };
  });
  return compute(rows) as Tensor2D;
};

/** Item by item, for engines without the kernel and to test it against. */
export const plainPackedDropout: PackedDropout = (rows, offsets, { rate, site }, pass) => {
  const width = rows.shape[1];
  return mapItems([rows], offsets, ([values], { item, length }) => {
    const mask = dropoutMask([length, width], { rate, site, strides: [width, 1] }, { ...pass, maskRows: tf.slice(pass.maskRows, item, 1) });
    return mask === undefined ? values! : tf.mul(values!, tf.reshape(mask, [length, width]));
  });
};
