import type { Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';

/** Which dropout, and how much of it. */
export interface DropoutPlace {
  /** Number of this dropout within the network. */
  readonly site: number;
  /** Probability of zero in training, in [0, 1). */
  readonly rate: number;
}

/**
 * The tokens of some items as rows of one matrix, `[tokens, …]`: whatever the network does with a token by itself works on the rows, and this is all
 * that depends on which rows are an item's.
 */
export interface TokenRows {
  /** int32 `[tokens]` */
  readonly ids: Tensor1D;
  /** The rows of a table of positions `[positions, dimension]`, each token's by its place in its item: `[tokens, dimension]`. */
  positionsOf(table: Tensor2D): Tensor2D;
  /** Dropout of rows `[tokens, dimension]`. */
  drop(rows: Tensor2D, place: DropoutPlace): Tensor2D;
  /** Multi-head attention of the tokens of an item to one another: `[tokens, dimension]` each. */
  attend(queries: Tensor2D, keys: Tensor2D, values: Tensor2D, heads: number, place: DropoutPlace): Tensor2D;
  /** The mean of each item's rows: `[items, dimension]`. */
  mean(rows: Tensor2D): Tensor2D;
  /** Each item's first row: `[items, dimension]`. */
  first(rows: Tensor2D): Tensor2D;
  /** Sums of each item's rows, weighted by the softmax of their scores `[tokens]`: `[items, dimension]`. */
  weightedSum(rows: Tensor2D, scores: Tensor): Tensor2D;
}
