import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { kernelNames, type EncoderPass, type RowHashMaskAttributes, type RowHashMaskInputs } from '@gramkit/spec';

/** Which mask a dropout draws: see `RowHashMaskAttributes`. */
export interface DropoutSettings {
  /** Probability of zero, in [0, 1). */
  readonly rate: number;
  /** Number of this dropout within the network: masks of different sites are independent. */
  readonly site: number;
  /** Stride of each dimension after the rows in the element index; fixed, so that an item's mask does not depend on how far its batch is padded. */
  readonly strides: readonly number[];
}

/**
 * The mask of 0 and 1/(1-rate), float32 `[rows, ...shape]`, that depends on the pass's seed and each row's own mask row only;
 * nothing where the pass drops nothing.
 */
export function dropoutMask(shape: readonly number[], { rate, site, strides }: DropoutSettings, pass: EncoderPass): Tensor | undefined {
  if (!pass.training || rate === 0) return undefined;
  const inputs = { maskRows: pass.maskRows, seed: pass.seed } satisfies RowHashMaskInputs;
  const attributes: RowHashMaskAttributes = { site, shape: [...shape], strides: [...strides], rate };
  return tf.engine().runKernel<Tensor>(kernelNames.rowHashMask, inputs, attributes);
}

/**
 * Inverted dropout (Srivastava et al., 2014) of `[rows × n, …]` under masks per row: `shape` is that of one row's mask, and `input` holds
 * as many elements as all masks together. Returns the input itself where the pass drops nothing. Keeps the mask alone for its gradient.
 */
export function dropout<Value extends Tensor>(input: Value, shape: readonly number[], settings: DropoutSettings, pass: EncoderPass): Value {
  if (!pass.training || settings.rate === 0) return input;
  const compute = tf.customGrad((...given) => {
    const [values, save] = given as unknown as [Tensor, tf.GradSaveFunc];
    const mask = tf.reshape(dropoutMask(shape, settings, pass)!, values.shape);
    save([mask]);
    return { value: tf.mul(values, mask), gradFunc: (gradient: Tensor, [saved]: Tensor[]) => tf.mul(gradient, saved!) };
  });
  return compute(input) as Value;
}
