import { gradientProducts, type MatrixProduct, product } from './matrix-product.js';

/** What of a batch a sequence model works on, padding left out. */
export interface SequenceWork {
  /** Windows of the batch. */
  readonly windows: number;
  /** Positions that a prediction is made at, all windows together. */
  readonly predictions: number;
  /** Length of an item's encoding. */
  readonly dimension: number;
}

/** The matrix products of a forward and backward pass of a sequence model. */
export type SequenceProducts = (work: SequenceWork) => readonly MatrixProduct[];

const hidden = 384;
const layers = 2;

/** The sizes of the DKT that is timed, as in our configuration; the peer's defaults. */
export const dktSizes = { hidden, layers } as const;

/**
 * DKT: the projections of all positions at once, the recurrence of the hidden state position by position over the windows side by side,
 * the layer above; the gradients with respect to inputs and to weights of each. The gradient of the recurrent weights is one product over all
 * positions. The layer of one output is left out.
 */
export const dktProducts: SequenceProducts = ({ windows, predictions, dimension }) => {
  const steps = predictions / windows;
  const whole = [
    product(predictions, dimension, 4 * hidden),
    ...Array.from({ length: layers - 1 }, () => product(predictions, hidden, 4 * hidden)),
    product(predictions, hidden + dimension, dimension),
  ];
  const recurrent = [
    product(windows, hidden, 4 * hidden, steps * layers),
    product(windows, 4 * hidden, hidden, steps * layers),
    product(hidden, predictions, 4 * hidden, layers),
  ];
  return [...whole, ...whole.flatMap(gradientProducts), ...recurrent];
};

/**
 * SAKT: the projections to queries, keys, values and back and the two layers of the feed-forward part over all positions, and their gradients. Attention
 * within a window is left out, as within a text, and so is the layer of one output.
 */
export const saktProducts: SequenceProducts = ({ predictions, dimension }) => {
  const forward = [product(predictions, dimension, dimension, 6)];
  return [...forward, ...forward.flatMap(gradientProducts)];
};
