import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import { kernelNames } from '@gramkit/spec';
import type { EncoderPass, PackedAttentionAttributes, PackedAttentionGradientInputs, PackedAttentionInputs } from '@gramkit/spec';
import { multiHeadAttention } from './attention.js';
import { dropoutMask } from './dropout.js';
import { offersKernels } from './offered-kernels.js';
import { mapItems } from './packed-items.js';

/** See `PackedAttentionAttributes`; the rate counts in training only. */
export interface PackedAttentionSettings {
  /** Divides the dimension. */
  readonly heads: number;
  /** The greatest length of an item: stride in the index of a mask's element. */
  readonly positions: number;
  /** Number of this dropout within the network. */
  readonly site: number;
  /** Rate of the dropout of probabilities, in [0, 1). */
  readonly rate: number;
}

/** Self-attention inside items: from query, key and value `[tokens, dimension]` and the items' offsets to contexts `[tokens, dimension]`. */
export type PackedAttention = (query: Tensor2D, key: Tensor2D, value: Tensor2D, offsets: Tensor1D, settings: PackedAttentionSettings, pass: EncoderPass) => Tensor2D;

/**
 * Multi-head self-attention inside each item of packed rows (equations at `PackedAttentionInputs` in spec), differentiable by query, key and value.
 * By the engine's kernel it keeps those, the contexts and a number a token and head; no engine has to have one.
 */
export const packedAttention: PackedAttention = (...given) =>
  (offersKernels(kernelNames.packedAttention, kernelNames.packedAttentionGradient) ? kernelPackedAttention : plainPackedAttention)(...given);

const kernelPackedAttention: PackedAttention = (query, key, value, offsets, { heads, positions, site, rate }, pass) => {
  const attributes: PackedAttentionAttributes = { heads, positions, site, rate: pass.training ? rate : 0 };
  const compute = tf.customGrad((...given) => {
    const [queries, keys, values, save] = given as unknown as [Tensor2D, Tensor2D, Tensor2D, tf.GradSaveFunc];
    const inputs: PackedAttentionInputs = { query: queries, key: keys, value: values, offsets, maskRows: pass.maskRows, seed: pass.seed };
    const [context, logSumExp] = tf.engine().runKernel<[Tensor2D, Tensor2D]>(kernelNames.packedAttention, inputs, attributes);
    const kept = Object.entries({ ...inputs, context, logSumExp });
    save(kept.map(([, tensor]) => tensor));
    return {
      value: context,
      gradFunc: (gradient: Tensor, saved: Tensor[]) => {
        const restored = Object.fromEntries(kept.map(([name], index) => [name, saved[index]]));
        return tf.engine().runKernel<Tensor[]>(kernelNames.packedAttentionGradient, { ...restored, gradient } as PackedAttentionGradientInputs, attributes);
      },
    };
  });
  return compute(query, key, value) as Tensor2D;
};

/** Item by item, for engines without kernels and to test kernels against. */
export const plainPackedAttention: PackedAttention = (query, key, value, offsets, { heads, positions, site, rate }, pass) => {
  const strides = [positions * positions, positions, 1];
  return mapItems([query, key, value], offsets, ([queries, keys, values], { item, length }) => {
    const kept = dropoutMask([heads, length, length], { rate, site, strides }, { ...pass, maskRows: tf.slice(pass.maskRows, item, 1) });
    return multiHeadAttention(queries!, keys!, values!, { items: 1, length, heads }, { additive: tf.zeros([1, 1, 1, length]), ...(kept === undefined ? {} : { dropout: kept }) });
  });
};
