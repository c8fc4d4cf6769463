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
  /** Inputs AddToRowsInputs, no attributes; no outputs: it changes a variable. Optional. */
  addToRows: 'AddToRows',
  /** Inputs AdamUpdateInputs, attributes AdamUpdateAttributes; no outputs: it changes three variables. Optional. */
  adamUpdate: 'AdamUpdate',
  /** Inputs PackedAttentionInputs, attributes PackedAttentionAttributes; outputs: context `[tokens, dimension]` and logSumExp `[tokens, heads]`. Optional. */
  packedAttention: 'PackedAttention',
  /** Inputs PackedAttentionGradientInputs, attributes PackedAttentionAttributes; outputs: gradients of query, key and value. Optional. */
  packedAttentionGradient: 'PackedAttentionGradient',
  /** Inputs PackedDropoutInputs, attributes PackedDropoutAttributes; output `[tokens, width]`. The gradient is the same kernel on the gradient. Optional. */
  packedDropout: 'PackedDropout',
  /** Inputs PackedSumInputs, no attributes; output `[items, dimension]`. Optional. */
  packedSum: 'PackedSum',
  /** Inputs PackedSumGradientInputs, attributes PackedSumGradientAttributes; output `[tokens, dimension]`. Optional. */
  packedSumGradient: 'PackedSumGradient',
  /** Inputs PackedSoftmaxInputs, no attributes; output `[tokens]`. Optional. */
  packedSoftmax: 'PackedSoftmax',
  /** Inputs PackedSoftmaxGradientInputs, no attributes; output `[tokens]`. Optional. */
  packedSoftmaxGradient: 'PackedSoftmaxGradient',
  /** Inputs LayerNormInputs, attributes LayerNormAttributes; outputs: value `[rows, dimension]`, normalized `[rows, dimension]`, inverseDeviation `[rows]`. Optional. */
  layerNorm: 'LayerNorm',
  /** Inputs ResidualLayerNormInputs, attributes and outputs those of LayerNorm. Optional. */
  residualLayerNorm: 'ResidualLayerNorm',
  /** Inputs LayerNormGradientInputs, no attributes; outputs: gradients of the input (and so of the residual), of scale and of offset. Optional. */
  layerNormGradient: 'LayerNormGradient',
  /** Inputs BiasGeluInputs, no attributes; output `[rows, columns]`. Optional. */
  biasGelu: 'BiasGelu',
  /** Inputs BiasGeluGradientInputs, no attributes; outputs: gradients of product `[rows, columns]` and bias `[columns]`. Optional. */
  biasGeluGradient: 'BiasGeluGradient',
  /** Inputs ColumnSumInputs, no attributes; output `[columns]`. Optional. */
  columnSum: 'ColumnSum',
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
 *     z = projected + keep recurrent
 *     i = sigmoid(z_i)  f = sigmoid(z_f)  g = tanh(z_g)  o = sigmoid(z_o)
 *     cell' = f keep cell + i g,  hidden = o tanh(cell')
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
  /** float32 `[batch]`: 1 where the sequence goes on, 0 where one begins and the state before is none of its own. */
  keep: Tensor1D;
}

/** What `LstmCell` returns: the new state and what its gradient needs. */
export const lstmCellOutputs = ['hidden', 'cell', 'inputGate', 'forgetGate', 'candidate', 'outputGate', 'activatedCell'] as const;

/** Inputs of `LstmCellGradient`, float32 `[batch, hidden]` each but for the last two. */
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
  /** float32 `[batch]` each: `keep` of this step, and of the next, whose gradient comes back to this one's hidden state only where the sequence goes on. */
  keep: Tensor1D;
  keepNext: Tensor1D;
}

/** Inputs of `AddToRows`: adds values to rows of a table in place, at a cost that does not depend on the table's size. Clones of the table keep their values. */
export interface AddToRowsInputs {
  /** float32 `[rows, width]` */
  readonly table: Variable;
  /** int32 `[n]`; rows may repeat. */
  readonly rows: Tensor1D;
  /** float32 `[n, width]` */
  readonly values: Tensor2D;
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

/**
 * Where the rows of items packed one after another, without padding between them, begin and end: item i owns rows `offsets[i]` to
 * `offsets[i + 1] - 1`, maybe none. Rows from `offsets[items]` on are padding: what a kernel gives for them is 0.
 */
export interface PackedItems extends NamedTensorMap {
  /** int32 `[items + 1]`, ascending from 0 */
  offsets: Tensor1D;
}

/** What decides the dropout masks of packed rows. */
export interface PackedMask extends PackedItems {
  /** int32 `[items]`: mask row of each item, as in RowHashMask. */
  maskRows: Tensor1D;
  /** int32 scalar */
  seed: Scalar;
}

/**
 * Inputs of `PackedAttention`, multi-head self-attention inside each item, for each head's columns of an item's rows Q, K, V, with D the
 * mask of dropout (element (query i, key j) of head h is what RowHashMask gives at index `h positions^2 + i positions + j`):
 *
 *     S = Q K^T / sqrt(dimension / heads)      P = softmax(S)      context = (D P) V
 *     logSumExp_i = ln sum_j e^(S_ij)
 */
export interface PackedAttentionInputs extends PackedMask {
  /** float32 `[tokens, dimension]` each */
  query: Tensor2D;
  key: Tensor2D;
  value: Tensor2D;
}

/** Attributes of `PackedAttention` and its gradient. */
export interface PackedAttentionAttributes extends NamedAttrMap {
  /** Divides the dimension. */
  heads: number;
  /** Stride of a query in the index of an element; no item is longer where the masks are to be independent. */
  positions: number;
  /** As in RowHashMask. */
  site: number;
  rate: number;
}

/** Inputs of `PackedAttentionGradient`, which computes P again as `e^(S_ij - logSumExp_i)`. */
export interface PackedAttentionGradientInputs extends PackedAttentionInputs {
  /** dL/dcontext `[tokens, dimension]` */
  gradient: Tensor2D;
  context: Tensor2D;
  /** `[tokens, heads]` */
  logSumExp: Tensor2D;
}

/** Inputs of `PackedDropout`: column k of the row at place p of its item is multiplied by what RowHashMask gives for the item at index `p width + k`. */
export interface PackedDropoutInputs extends PackedMask {
  /** float32 `[tokens, width]` */
  rows: Tensor2D;
}

/** Attributes of `PackedDropout`, as in RowHashMask. */
export interface PackedDropoutAttributes extends NamedAttrMap {
  site: number;
  rate: number;
}

/** Inputs of `PackedSum`, the sum of each item's rows: 0 for an item without any. */
export interface PackedSumInputs extends PackedItems {
  /** float32 `[tokens, dimension]` */
  rows: Tensor2D;
}

/** Inputs of `PackedSumGradient`: each row of an item gets the item's gradient. */
export interface PackedSumGradientInputs extends PackedItems {
  /** `[items, dimension]` */
  gradient: Tensor2D;
}

/** Attributes of `PackedSumGradient`. */
export interface PackedSumGradientAttributes extends NamedAttrMap {
  /** Rows of the output. */
  tokens: number;
}

/** Inputs of `PackedSoftmax`: the softmax of each item's scores. */
export interface PackedSoftmaxInputs extends PackedItems {
  /** float32 `[tokens]` */
  scores: Tensor1D;
}

/** Inputs of `PackedSoftmaxGradient`: with g the gradient and p the probabilities, `p (g - sum_item g p)`. */
export interface PackedSoftmaxGradientInputs extends PackedItems {
  /** `[tokens]` each */
  gradient: Tensor1D;
  probabilities: Tensor1D;
}

/**
 * Inputs of `LayerNorm` over the columns (Ba et al., 2016, equation 4):
 *
 *     inverseDeviation = 1 / sqrt(mean((input - mean(input))^2) + epsilon)
 *     normalized = (input - mean(input)) inverseDeviation
 *     value = normalized scale + offset
 */
export interface LayerNormInputs extends NamedTensorMap {
  /** float32 `[rows, dimension]` */
  input: Tensor2D;
  /** `[dimension]` each */
  scale: Tensor1D;
  offset: Tensor1D;
}

/** Inputs of `ResidualLayerNorm`: LayerNorm of `input + residual`. */
export interface ResidualLayerNormInputs extends LayerNormInputs {
  /** float32 `[rows, dimension]` */
  residual: Tensor2D;
}

/** Attributes of `LayerNorm` and `ResidualLayerNorm`. */
export interface LayerNormAttributes extends NamedAttrMap {
  epsilon: number;
}

/** Inputs of `LayerNormGradient`: with g the gradient times the scale and n the normalised rows, `(g - mean(g) - n mean(g n)) inverseDeviation`. */
export interface LayerNormGradientInputs extends NamedTensorMap {
  /** dL/dvalue `[rows, dimension]` */
  gradient: Tensor2D;
  normalized: Tensor2D;
  /** `[rows]` */
  inverseDeviation: Tensor1D;
  /** `[dimension]` */
  scale: Tensor1D;
}

/** Inputs of `BiasGelu`, the exact GELU `x Phi(x)` of `x = product + bias`, with the normal distribution function Phi exact to 2e-7. */
export interface BiasGeluInputs extends NamedTensorMap {
  /** float32 `[rows, columns]` */
  product: Tensor2D;
  /** `[columns]` */
  bias: Tensor1D;
}

/** Inputs of `BiasGeluGradient`: the slope is `Phi(x) + x phi(x)`, with the density phi. */
export interface BiasGeluGradientInputs extends BiasGeluInputs {
  /** dL/dvalue `[rows, columns]` */
  gradient: Tensor2D;
}

/** Inputs of `ColumnSum`, the sum over the rows. */
export interface ColumnSumInputs extends NamedTensorMap {
  /** float32 `[rows, columns]` */
  rows: Tensor2D;
}
