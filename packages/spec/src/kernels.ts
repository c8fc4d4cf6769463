import type { NamedAttrMap, NamedTensorInfoMap, Scalar, Tensor1D } from '@tensorflow/tfjs-core';

/**
 * Kernels that an engine registers beside tfjs's own and that `@gramkit/tensor` calls by these names.
 * A kernel of an engine keeps the meaning given here, bit for bit from run to run on one machine.
 */
export const kernelNames = {
  /** Inputs RowHashMaskInputs, attributes RowHashMaskAttributes; output float32 `[rows, ...shape]`. */
  rowHashMask: 'RowHashMask',
} as const;

/** Inputs of `RowHashMask`. */
export interface RowHashMaskInputs extends NamedTensorInfoMap {
  /** int32 `[rows]` */
  maskRows: Tensor1D;
  /** int32 scalar */
  seed: Scalar;
}

/** Attributes of `RowHashMask`: a keep-mask of 0 or 1/(1-rate) whose element depends on seed, site, mask row and element index alone. */
export interface RowHashMaskAttributes extends NamedAttrMap {
  /** Which dropout of the network this is: masks of different sites are independent. */
  site: number;
  /** The dimensions after the rows. */
  shape: number[];
  /** Stride of each of them in the element index: fixed by the author, so that an index does not depend on the padded length. */
  strides: number[];
  /** Probability of zero, in [0, 1). */
  rate: number;
}
