import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor1D, Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';
import { lstmCell } from './lstm-cell.js';
import type { LstmCellStep } from './lstm-cell.js';

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

/** Applied to the output of each layer but the last, for instance dropout: time-major `[length, batch, hidden]` in and out. */
export type BetweenLayers = (outputs: Tensor3D, layer: number) => Tensor3D;

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
export function lstm(input: Tensor3D, layers: readonly LstmLayerWeights[], betweenLayers?: BetweenLayers): Tensor3D {
  const projected = lstmProjection(tf.transpose(input, [1, 0, 2]), layers[0]!);
  return tf.transpose(lstmFromProjection(projected, layers, betweenLayers), [1, 0, 2]);
}

/**
 * The same from the first layer's projected input, time-major: `[length, batch, 4 hidden]` to `[length, batch, hidden]`.
 * For callers who project more cheaply than `lstmProjection` does, for instance the few rows that the sequence is gathered from.
 */
export function lstmFromProjection(projected: Tensor3D, layers: readonly LstmLayerWeights[], betweenLayers: BetweenLayers = (outputs) => outputs): Tensor3D {
  const [first, ...rest] = layers;
  return rest.reduce(
    (below, weights, layer) => lstmRecurrence(lstmProjection(betweenLayers(below, layer), weights), weights.recurrentWeights),
    lstmRecurrence(projected, first!.recurrentWeights),
  );
}

/** What a layer's input adds to the sums of its gates, for the whole sequence in one matrix product: `[length, batch, input]` to `[length, batch, 4 hidden]`. */
export function lstmProjection(input: Tensor3D, { inputWeights, inputBias, recurrentBias }: LstmLayerWeights): Tensor3D {
  const [length, batch, size] = input.shape;
  const rows = tf.matMul(tf.reshape<tf.Rank.R2>(input, [length * batch, size]), inputWeights);
  return tf.reshape(tf.add(rows, tf.add(inputBias, recurrentBias)), [length, batch, inputWeights.shape[1]]);
}

/**
 * The recurrent part of a layer: hidden states `[length, batch, hidden]` out of projected inputs `[length, batch, 4 hidden]`, biases included,
 * and recurrent weights `[hidden, 4 hidden]`. Differentiable in both, backwards through time by hand: automatic differentiation would record
 * some twenty operations a step and multiply every step's weight gradient separately.
 */
export function lstmRecurrence(projected: Tensor3D, recurrentWeights: Tensor2D): Tensor3D {
  const recurrence = tf.customGrad((...given) => {
    const [inputs, weights, save] = given as unknown as [Tensor3D, Tensor2D, tf.GradSaveFunc];
    const steps = forward(inputs, weights);
    const hidden = tf.stack(steps.map((step) => step.hidden)) as Tensor3D;
    save([weights, hidden, ...steps.map((step) => step.cell), ...steps.flatMap(gatesOf)]);
    return { value: hidden, gradFunc: (gradient: Tensor, saved: Tensor[]) => backward(gradient as Tensor3D, saved) };
  });
  return recurrence(projected, recurrentWeights) as Tensor3D;
}

function forward(projected: Tensor3D, recurrentWeights: Tensor2D): LstmCellStep[] {
  const [, batch, gates] = projected.shape;
  const run = lstmCell();
  const steps: LstmCellStep[] = [];
  const initial = { recurrent: tf.zeros<tf.Rank.R2>([batch, gates]), cell: tf.zeros<tf.Rank.R2>([batch, gates / 4]) };
  for (const input of tf.unstack(projected) as Tensor2D[]) {
    const previous = steps.at(-1);
    const recurrent = previous === undefined ? initial.recurrent : tf.matMul<Tensor2D>(previous.hidden, recurrentWeights);
    steps.push(run.forward({ projected: input, recurrent, cell: previous?.cell ?? initial.cell }));
    tf.dispose([input, recurrent]);
  }
  return steps;
}

const gateNames = ['inputGate', 'forgetGate', 'candidate', 'outputGate', 'activatedCell'] as const;
type Gates = Readonly<Record<(typeof gateNames)[number], Tensor2D>>;

function gatesOf(step: LstmCellStep): Tensor2D[] {
  return gateNames.map((name) => step[name]);
}

/** dL/dprojected and dL/drecurrentWeights. */
function backward(hiddenGradient: Tensor3D, [recurrentWeights, hidden, ...saved]: Tensor[]): [Tensor3D, Tensor2D] {
  const length = hiddenGradient.shape[0];
  const cells = saved.slice(0, length) as Tensor2D[];
  const gates = Array.from(cells, (_, step) => {
    const first = length + step * gateNames.length;
    return Object.fromEntries(gateNames.map((name, index) => [name, saved[first + index]])) as unknown as Gates;
  });
  const gradients = gateGradients(hiddenGradient, recurrentWeights as Tensor2D, cells, gates);
  return [gradients, recurrentWeightGradient(hidden as Tensor3D, gradients)];
}

/** dL/dz of every step `[length, batch, 4 hidden]`, from the last to the first. */
function gateGradients(hiddenGradient: Tensor3D, recurrentWeights: Tensor2D, cells: readonly Tensor2D[], gates: readonly Gates[]): Tensor3D {
  const [length, batch, size] = hiddenGradient.shape;
  const run = lstmCell();
  // Transposed once: a product with the transpose of a matrix costs several times as much as the product itself when it has few rows.
  const transposedWeights = tf.transpose(recurrentWeights);
  const initialCell = tf.zeros<tf.Rank.R2>([batch, size]);
  const outputGradients = tf.unstack(hiddenGradient) as Tensor2D[];
  const gradients: Tensor2D[] = [];
  let recurrentGradient = tf.zeros<tf.Rank.R2>([batch, size]);
  let cellGradient = tf.zeros<tf.Rank.R2>([batch, size]);
  for (let step = length - 1; step >= 0; step--) {
    const outputGradient = outputGradients[step]!;
    const before = run.backward({ outputGradient, recurrentGradient, cellGradient, previousCell: cells[step - 1] ?? initialCell, ...gates[step]! });
    tf.dispose([outputGradient, recurrentGradient, cellGradient]);
    gradients[step] = before.gates;
    cellGradient = before.previousCell;
    if (step > 0) recurrentGradient = tf.matMul(before.gates, transposedWeights);
  }
  return tf.stack(gradients) as Tensor3D;
}

/** sum_t h_{t-1}^T dL/dz_t as one matrix product. */
function recurrentWeightGradient(hidden: Tensor3D, gates: Tensor3D): Tensor2D {
  const [length, batch, size] = hidden.shape;
  const rows = (length - 1) * batch;
  const before = tf.reshape<tf.Rank.R2>(tf.slice(hidden, [0, 0, 0], [length - 1, batch, size]), [rows, size]);
  const after = tf.reshape<tf.Rank.R2>(tf.slice(gates, [1, 0, 0], [length - 1, batch, 4 * size]), [rows, 4 * size]);
  return tf.matMul(before, after, true, false);
}
