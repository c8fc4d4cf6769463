import * as tf from '@tensorflow/tfjs-core';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import { kernelNames, lstmCellOutputs } from '@gramkit/spec';
import type { LstmCellGradientInputs, LstmCellInputs } from '@gramkit/spec';
import { offersKernels } from './offered-kernels.js';

/** The state after a time step and what its gradient needs, each `[batch, hidden]`. */
export type LstmCellStep = Readonly<Record<(typeof lstmCellOutputs)[number], Tensor2D>>;

/** What a time step hands back: to the sums of its gates `[batch, 4 hidden]` and to the cell before `[batch, hidden]`. */
export interface LstmCellGradients {
  readonly gates: Tensor2D;
  readonly previousCell: Tensor2D;
}

/** Both directions of an LSTM cell (equations at `LstmCellInputs`). Neither is recorded for automatic differentiation; the caller disposes. */
export interface LstmCell {
  forward(inputs: LstmCellInputs): LstmCellStep;
  backward(inputs: LstmCellGradientInputs): LstmCellGradients;
}

/** The engine's own cell where it has one, else the one out of tfjs's operations. */
export function lstmCell(): LstmCell {
  return offersKernels(kernelNames.lstmCell, kernelNames.lstmCellGradient) ? kernelLstmCell : plainLstmCell;
}

const kernelLstmCell: LstmCell = {
  forward(inputs) {
    const outputs = tf.engine().runKernel<Tensor2D[]>(kernelNames.lstmCell, inputs);
    return Object.fromEntries(lstmCellOutputs.map((name, index) => [name, outputs[index]!])) as LstmCellStep;
  },
  backward(inputs) {
    const [gates, previousCell] = tf.engine().runKernel<[Tensor2D, Tensor2D]>(kernelNames.lstmCellGradient, inputs);
    return { gates, previousCell };
  },
};

/** The cell as written in the contract, operation by operation: for engines without a kernel, and to test kernels against. */
export const plainLstmCell: LstmCell = {
  forward: ({ projected, recurrent, cell, keep }) =>
    tf.tidy(() => {
      const [i, f, g, o] = tf.split(tf.add<Tensor2D>(projected, tf.mul(recurrent, tf.expandDims(keep, 1))), 4, 1) as [Tensor2D, Tensor2D, Tensor2D, Tensor2D];
      const [inputGate, forgetGate, candidate, outputGate] = [tf.sigmoid(i), tf.sigmoid(f), tf.tanh(g), tf.sigmoid(o)];
      const nextCell = tf.add<Tensor2D>(tf.mul(forgetGate, tf.mul(cell, tf.expandDims(keep, 1))), tf.mul(inputGate, candidate));
      const activatedCell = tf.tanh(nextCell);
      return { hidden: tf.mul<Tensor2D>(outputGate, activatedCell), cell: nextCell, inputGate, forgetGate, candidate, outputGate, activatedCell };
    }),
  backward: ({ outputGradient, recurrentGradient, cellGradient, inputGate, forgetGate, candidate, outputGate, activatedCell, previousCell, keep, keepNext }) =>
    tf.tidy(() => {
      const kept = tf.expandDims(keep, 1);
      const hidden = tf.add(outputGradient, tf.mul(recurrentGradient, tf.expandDims(keepNext, 1)));
      const cell = tf.add(cellGradient, tanhGradient(activatedCell, tf.mul(hidden, outputGate)));
      const gates = tf.concat(
        [
          sigmoidGradient(inputGate, tf.mul(cell, candidate)),
          sigmoidGradient(forgetGate, tf.mul(cell, tf.mul(previousCell, kept))),
          tanhGradient(candidate, tf.mul(cell, inputGate)),
          sigmoidGradient(outputGate, tf.mul(hidden, activatedCell)),
        ],
        1,
      );
      return { gates: gates as Tensor2D, previousCell: tf.mul<Tensor2D>(tf.mul(cell, forgetGate), kept) };
    }),
};

/** dL/dx of y = sigmoid(x). */
function sigmoidGradient(value: tf.Tensor, gradient: tf.Tensor): Tensor2D {
  return tf.mul(gradient, tf.mul(value, tf.sub(1, value)));
}

/** dL/dx of y = tanh(x). */
function tanhGradient(value: tf.Tensor, gradient: tf.Tensor): Tensor2D {
  return tf.mul(gradient, tf.sub(1, tf.square(value)));
}
