import type { NamedAttrMap, NamedTensorInfoMap, NamedTensorMap, Scalar, Tensor, Tensor1D, Tensor2D, Variable } from '@tensorflow/tfjs-core';

/**
 * Kernels that an engine registers beside tfjs's own and that `@gramkit/tensor` calls by these names.
 * A kernel of an engine keeps the meaning given here, bit for bit from run to run on one machine.
 */
export const kernelNames = {
  /** Inputs RowHashMaskInputs, attributes RowHashMaskAttributes; output float32 `[rows, ...shape]`. */
  rowHashMask: 'RowHashMask',
  /** Inputs LstmCellInputs, no attributes; outputs in the order of `lstmCellOutputs`, float32 `[batch, hidden]` each. Optional. */
  lstmCell: 'LstmCell',
  /** Inputs LstmCellGradientInputs, no attributes; outputs: gradient of the gates' sums `[batch, 4 hidden]` and of the cell before `[batch, hidden]`. Optional. */
  lstmCellGradient: 'LstmCellGradient',
  /** Inputs AdamUpdateInputs, attributes AdamUpdateAttributes; no outputs: it changes three variables. Optional. */
  adamUpdate: 'AdamUpdate',
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

/**
 * Inputs of `LstmCell`, one time step of an LSTM after the matrix products, with the gates side by side in the order i, f, g, o:
 *
 *     z = projected + recurrent
 *     i = sigmoid(z_i)  f = sigmoid(z_f)  g = tanh(z_g)  o = sigmoid(z_o)
 *     cell' = f cell + i g,  hidden = o tanh(cell')
 *
 * An engine that has no such kernel leaves it out: `@gramkit/tensor` then uses tfjs's operations.
 */
export interface LstmCellInputs extends NamedTensorMap {
  /** float32 `[batch, 4 hidden]`: what the input of this step adds to the gates. */
  projected: Tensor2D;
  /** float32 `[batch, 4 hidden]`: what the hidden state before adds to the gates. */
  recurrent: Tensor2D;
  /** float32 `[batch, hidden]` */
  cell: Tensor2D;
}

/** What `LstmCell` returns: the new state and what its gradient needs. */
export const lstmCellOutputs = ['hidden', 'cell', 'inputGate', 'forgetGate', 'candidate', 'outputGate', 'activatedCell'] as const;

/** Inputs of `LstmCellGradient`, float32 `[batch, hidden]` each. */
export interface LstmCellGradientInputs extends NamedTensorMap {
  /** dL/dhidden by what reads the output of this step; the gradient by the next step is added to it. */
  outputGradient: Tensor2D;
  recurrentGradient: Tensor2D;
  /** dL/dcell' by the next step. */
  cellGradient: Tensor2D;
  inputGate: Tensor2D;
  forgetGate: Tensor2D;
  candidate: Tensor2D;
  outputGate: Tensor2D;
  /** tanh(cell') */
  activatedCell: Tensor2D;
  /** The cell before this step. */
  previousCell: Tensor2D;
}

/**
 * Inputs of `AdamUpdate`, one step of Adam in place:
 *
 *     m <- m + (1 - beta1) (g - m)
 *     v <- v + (1 - beta2) (g^2 - v)
 *     w <- w - rate m / (sqrt(v) + epsilon)
 *
 * Clones of the variables keep their values.
 */
export interface AdamUpdateInputs {
  weight: Variable;
  firstMoment: Variable;
  secondMoment: Variable;
  /** float32, of the weight's shape; or, beside `rows`, gradients of rows of the weight `[n, width]`. */
  gradient: Tensor;
  /**
   * The learning rate times `sqrt(1 - beta2^t) / (1 - beta1^t)`, which corrects the bias of step t (Kingma and Ba, 2015, end of section 2).
   * What changes from step to step is an input, so that a compiled step can be given it anew.
   */
  rate: Scalar;
  epsilon: Scalar;
  /** int32 `[n]`, where the gradient is that of rows: which ones. Rows may repeat, their gradients are added up; a negative row is left out. CPU only. */
  rows?: Tensor1D;
}

/** Attributes of `AdamUpdate`; the engine computes with the betas rounded to float32. */
export interface AdamUpdateAttributes {
  readonly beta1: number;
  readonly beta2: number;
  /**
   * With `rows`: one byte for each row of the weight, 1 where a moment may not be zero; the kernel sets it for the rows it is given.
   * Rows with moments of zero and no gradient stay where they are by the equations, and are passed over: the result is that of the whole table.
   */
  readonly activeRows?: Uint8Array;
  /** With `rows`: update the given rows alone ("lazy Adam", another optimizer). Default false. */
  readonly onlyTouchedRows?: boolean;
}
