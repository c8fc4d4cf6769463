import * as tf from '@tensorflow/tfjs-core';
import type { Tensor1D, Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';
import { lstmStack } from './lstm-stack.js';

/** Weights of one LSTM layer; the four gates stand side by side in the order input i, forget f, candidate g, output o (PyTorch's). */
export interface LstmLayerWeights {
  /** `[input, 4 hidden]` */
  readonly inputWeights: Tensor2D;
  /** `[hidden, 4 hidden]` */
  readonly recurrentWeights: Tensor2D;
  /** `[4 hidden]`; two biases, as in PyTorch and cuDNN, so that an optimizer takes the same steps as there. */
  readonly inputBias: Tensor1D;
  readonly recurrentBias: Tensor1D;
}

/**
 * What the output of each layer but the last is multiplied by on its way up, for instance a dropout mask `[steps, batch, hidden]` of the
 * time steps from `first` on; undefined: nothing. A constant: no gradient flows into it.
 */
export type MaskBetweenLayers = (layer: number, first: number, steps: number) => Tensor3D | undefined;

/** What an LSTM may be told beside its input. */
export interface LstmOptions {
  readonly mask?: MaskBetweenLayers;
  /**
   * float32 `[length, batch]`: 0 where a new sequence begins in its row, 1 where the one before goes on. Absent: each row is one sequence.
   * A constant: no gradient flows into it.
   */
  readonly keep?: Tensor2D;
}

/**
 * A stack of LSTM layers (Hochreiter and Schmidhuber, 1997, with the forget gate of Gers et al., 2000) from a state of zeros:
 *
 *     z_t = x_t W + b_input + h_{t-1} U + b_recurrent
 *     i, f, o = sigmoid(z_i, z_f, z_o),  g = tanh(z_g)
 *     c_t = f c_{t-1} + i g,  h_t = o tanh(c_t)
 *
 * Positions at the end that are padding do not influence earlier ones; what comes out there is for the caller to mask.
 * @param input `[batch, length, input]`
 * @returns hidden states of the last layer `[batch, length, hidden]`
 */
export function lstm(input: Tensor3D, layers: readonly LstmLayerWeights[], options: LstmOptions = {}): Tensor3D {
  const projected = lstmProjection(tf.transpose(input, [1, 0, 2]), layers[0]!);
  return tf.transpose(lstmFromProjection(projected, layers, options), [1, 0, 2]);
}

/**
 * The same from the first layer's projected input, time-major: `[length, batch, 4 hidden]` to `[length, batch, hidden]`.
 * For callers who project more cheaply than `lstmProjection` does, for instance the few rows that the sequence is gathered from.
 */
export function lstmFromProjection(projected: Tensor3D, layers: readonly LstmLayerWeights[], options: LstmOptions = {}): Tensor3D {
  return lstmStack(projected, layers, options);
}

/** What a layer's input adds to the sums of its gates, for the whole sequence in one matrix product: `[length, batch, input]` to `[length, batch, 4 hidden]`. */
export function lstmProjection(input: Tensor3D, { inputWeights, inputBias, recurrentBias }: LstmLayerWeights): Tensor3D {
  const [length, batch, size] = input.shape;
  const rows = tf.matMul(tf.reshape<tf.Rank.R2>(input, [length * batch, size]), inputWeights);
  return tf.reshape(tf.add(rows, tf.add(inputBias, recurrentBias)), [length, batch, inputWeights.shape[1]]);
}
