import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor1D, Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';
import { columnSum } from './column-sum.js';
import { lstmCell } from './lstm-cell.js';
import type { LstmCellStep } from './lstm-cell.js';
import type { LstmLayerWeights, LstmOptions } from './lstm.js';

/**
 * Time steps whose input is projected together. A layer's projection waits for a chunk of the layer below, not for all of it: in a compiled
 * function layer l + 1 works on one chunk while layer l works on the next (a wavefront). 4 to 11 are alike; longer chunks overlap less.
 */
const chunkSteps = 8;

/**
 * The stack of `lstmFromProjection`, whose gradient goes backwards through time by hand, mirrored chunk by chunk: automatic differentiation
 * would record some twenty operations a step and multiply every step's weight gradient separately.
 */
export function lstmStack(projected: Tensor3D, layers: readonly LstmLayerWeights[], { mask = () => undefined, keep }: LstmOptions): Tensor3D {
  // The first layer's input is projected already: of its weights, only the recurrent ones are read here.
  const weights = layers.flatMap(({ inputWeights, recurrentWeights, inputBias, recurrentBias }, layer) =>
    layer === 0 ? [recurrentWeights] : [recurrentWeights, inputWeights, inputBias, recurrentBias]);
  const stack = tf.customGrad((...given) => {
    const save = given.at(-1) as unknown as tf.GradSaveFunc;
    const [input, ...parameters] = given.slice(0, -1) as [Tensor3D, ...Tensor[]];
    const going = keepOf(input, keep);
    const records = forward(input, layersOf(parameters), mask, going);
    const record = new SavedTensors([...parameters, ...going, ...records.flatMap(tensorsOf)]);
    save(record.tensors);
    return {
      value: tf.reshape(tf.concat(records.at(-1)!.hidden, 0), [input.shape[0], input.shape[1], records.at(-1)!.hidden[0]!.shape[1]]),
      gradFunc: (gradient: Tensor, saved: Tensor[]) => {
        const reader = new SavedTensors(saved);
        const weightsBack = layersOf(reader.take(parameters.length));
        const keepBack = reader.take(going.length) as Tensor1D[];
        return backward(gradient as Tensor3D, weightsBack, records.map((layer) => readBack(layer, reader)), keepBack, keep !== undefined);
      },
    };
  });
  return stack(projected, ...weights) as Tensor3D;
}

/** `keep` of each step `[batch]`: ones where it is not given. */
function keepOf({ shape: [length, batch] }: Tensor3D, keep: Tensor2D | undefined): Tensor1D[] {
  if (keep !== undefined) return tf.unstack(keep) as Tensor1D[];
  const always = tf.ones<tf.Rank.R1>([batch]);
  return Array.from({ length }, () => always);
}

/** The weights that the recursion reads. */
interface LayerParameters {
  readonly recurrentWeights: Tensor2D;
  /** Absent in the first layer. */
  readonly input?: { readonly weights: Tensor2D; readonly inputBias: Tensor1D; readonly recurrentBias: Tensor1D };
}

function layersOf([recurrentWeights, ...rest]: readonly Tensor[]): LayerParameters[] {
  const layers: LayerParameters[] = [{ recurrentWeights: recurrentWeights as Tensor2D }];
  for (let index = 0; index < rest.length; index += 4) {
    const [recurrent, weights, inputBias, recurrentBias] = rest.slice(index) as [Tensor2D, Tensor2D, Tensor1D, Tensor1D];
    layers.push({ recurrentWeights: recurrent, input: { weights, inputBias, recurrentBias } });
  }
  return layers;
}

/** What the gradient needs of one layer. */
interface LayerRecord {
  /** Hidden states chunk by chunk `[steps × batch, hidden]`. */
  readonly hidden: Tensor2D[];
  /** What the output was multiplied by on its way up, chunk by chunk, of the same shape. */
  readonly masks: (Tensor2D | undefined)[];
  readonly cells: Tensor2D[];
  readonly gates: Gates[];
}

const gateNames = ['inputGate', 'forgetGate', 'candidate', 'outputGate', 'activatedCell'] as const;
type Gates = Readonly<Record<(typeof gateNames)[number], Tensor2D>>;

function tensorsOf({ hidden, masks, cells, gates }: LayerRecord): Tensor[] {
  return [...hidden, ...masks.filter((mask) => mask !== undefined), ...cells, ...gates.flatMap((step) => gateNames.map((name) => step[name]))];
}

/** The record as it was saved: tensors are freed and kept by tfjs, and come back in the order in which they were given. */
function readBack({ hidden, masks, cells, gates }: LayerRecord, saved: SavedTensors): LayerRecord {
  const same = (tensors: readonly unknown[]) => saved.take(tensors.length) as Tensor2D[];
  return {
    hidden: same(hidden),
    masks: masks.map((mask) => (mask === undefined ? undefined : (saved.take(1)[0] as Tensor2D))),
    cells: same(cells),
    gates: gates.map(() => Object.fromEntries(saved.take(gateNames.length).map((tensor, index) => [gateNames[index]!, tensor])) as unknown as Gates),
  };
}

/** Tensors in the order in which they are handed out. */
class SavedTensors {
  #next = 0;
  constructor(readonly tensors: Tensor[]) {}

  take(count: number): Tensor[] {
    this.#next += count;
    return this.tensors.slice(this.#next - count, this.#next);
  }
}

function forward(projected: Tensor3D, layers: readonly LayerParameters[], mask: NonNullable<LstmOptions['mask']>, keep: readonly Tensor1D[]): LayerRecord[] {
  const [length, batch] = projected.shape;
  const run = lstmCell();
  const records = layers.map((): LayerRecord => ({ hidden: [], masks: [], cells: [], gates: [] }));
  const states: (LstmCellStep | undefined)[] = layers.map(() => undefined);
  const initial = layers.map(({ recurrentWeights: { shape: [size, gates] } }) => ({ recurrent: tf.zeros<tf.Rank.R2>([batch, gates]), cell: tf.zeros<tf.Rank.R2>([batch, size]) }));
  const firstInputs = tf.unstack(projected) as Tensor2D[];
  for (let first = 0; first < length; first += chunkSteps) {
    const steps = Math.min(chunkSteps, length - first);
    let below: Tensor2D | undefined;
    layers.forEach(({ recurrentWeights, input }, layer) => {
      const inputs = below === undefined ? firstInputs.slice(first, first + steps) : stepsOf(project(below, input!), steps);
      const hidden = inputs.map((projection, offset) => {
        const before = states[layer];
        const recurrent = before === undefined ? initial[layer]!.recurrent : tf.matMul<Tensor2D>(before.hidden, recurrentWeights);
        const step = run.forward({ projected: projection, recurrent, cell: before?.cell ?? initial[layer]!.cell, keep: keep[first + offset]! });
        if (before !== undefined) recurrent.dispose();
        states[layer] = step;
        records[layer]!.cells.push(step.cell);
        records[layer]!.gates.push(step);
        return step.hidden;
      });
      tf.dispose(inputs);
      const chunk = tf.concat(hidden, 0) as Tensor2D;
      records[layer]!.hidden.push(chunk);
      const kept = layer < layers.length - 1 ? mask(layer, first, steps) : undefined;
      const flat = kept === undefined ? undefined : tf.reshape<tf.Rank.R2>(kept, chunk.shape);
      records[layer]!.masks.push(flat);
      below = flat === undefined ? chunk : tf.mul<Tensor2D>(chunk, flat);
    });
  }
  return records;
}

function project(below: Tensor2D, { weights, inputBias, recurrentBias }: NonNullable<LayerParameters['input']>): Tensor2D {
  return tf.add(tf.matMul(below, weights), tf.add(inputBias, recurrentBias));
}

/** `[steps × rows, columns]` as `steps` tensors `[rows, columns]`. */
function stepsOf(chunk: Tensor2D, steps: number): Tensor2D[] {
  const [rows, columns] = chunk.shape;
  return tf.unstack(tf.reshape<tf.Rank.R3>(chunk, [steps, rows / steps, columns])) as Tensor2D[];
}

/** How the gradient of a layer goes on from one chunk to the one before it. */
interface BackwardState {
  /** The gradient after the last step, and the state before the first. */
  readonly zeros: Tensor2D;
  readonly transposedRecurrent: Tensor2D;
  readonly transposedInput: Tensor2D | undefined;
  recurrentGradient: Tensor2D;
  cellGradient: Tensor2D;
  /** dL/dz, chunk by chunk from the first `[steps × batch, 4 hidden]`. */
  readonly gates: Tensor2D[];
}

/** dL/dprojected, then for each layer dL/d of its weights in the order of `lstmStack`. */
function backward(outputGradient: Tensor3D, layers: readonly LayerParameters[], records: readonly LayerRecord[], keep: readonly Tensor1D[], severalSequences: boolean): Tensor[] {
  const [length, batch] = outputGradient.shape;
  // Transposed once: a product with the transpose of a matrix costs several times as much as the product itself when it has few rows.
  const states = layers.map(({ recurrentWeights, input }): BackwardState => {
    const zeros = tf.zeros<tf.Rank.R2>([batch, recurrentWeights.shape[0]]);
    return {
      zeros,
      transposedRecurrent: tf.transpose(recurrentWeights),
      transposedInput: input && tf.transpose(input.weights),
      recurrentGradient: zeros,
      cellGradient: zeros,
      gates: [],
    };
  });
  const outputGradients = tf.unstack(outputGradient) as Tensor2D[];
  const chunks = Math.ceil(length / chunkSteps);
  for (let chunk = chunks - 1; chunk >= 0; chunk--) {
    const first = chunk * chunkSteps;
    let above = outputGradients.slice(first, first + chunkSteps);
    for (let layer = layers.length - 1; layer >= 0; layer--) {
      const state = states[layer]!;
      const gates = tf.concat(chunkBackward(above, records[layer]!, first, state, keep), 0) as Tensor2D;
      state.gates.unshift(gates);
      if (layer === 0) continue;
      const ofInput = tf.matMul<Tensor2D>(gates, state.transposedInput!);
      const mask = records[layer - 1]!.masks[chunk];
      above = stepsOf(mask === undefined ? ofInput : tf.mul(ofInput, mask), above.length);
    }
  }
  const gatesOfLayers = states.map(({ gates }) => tf.concat(gates, 0) as Tensor2D);
  const kept = severalSequences ? tf.expandDims(tf.concat(keep.slice(1), 0), 1) : undefined;
  const ofProjected = tf.reshape(gatesOfLayers[0]!, [length, batch, gatesOfLayers[0]!.shape[1]]);
  return [ofProjected, ...layers.flatMap((_, layer) => weightGradients(gatesOfLayers[layer]!, records[layer]!, records[layer - 1], batch, kept))];
}

/** dL/dz of a chunk's steps, in their order, out of the gradients of their outputs. */
function chunkBackward(outputGradients: readonly Tensor2D[], record: LayerRecord, first: number, state: BackwardState, keep: readonly Tensor1D[]): Tensor2D[] {
  const run = lstmCell();
  const gates: Tensor2D[] = [];
  for (let offset = outputGradients.length - 1; offset >= 0; offset--) {
    const step = first + offset;
    const { recurrentGradient, cellGradient } = state;
    const before = run.backward({
      outputGradient: outputGradients[offset]!, recurrentGradient, cellGradient, previousCell: record.cells[step - 1] ?? state.zeros,
      keep: keep[step]!, keepNext: keep[step + 1] ?? keep[step]!, ...gatesOf(record.gates[step]!),
    });
    gates[offset] = before.gates;
    state.cellGradient = before.previousCell;
    if (step > 0) state.recurrentGradient = tf.matMul(before.gates, state.transposedRecurrent);
    tf.dispose([recurrentGradient, cellGradient].filter((tensor) => tensor !== state.zeros));
  }
  return gates;
}

function gatesOf(step: Gates): Gates {
  return Object.fromEntries(gateNames.map((name) => [name, step[name]])) as unknown as Gates;
}

/** By the recurrent weights `sum_t h_{t-1}^T dL/dz_t`, over the steps at which a sequence goes on; above the first layer also by the input's weights and both biases: one matrix product each. */
function weightGradients(gates: Tensor2D, { hidden }: LayerRecord, below: LayerRecord | undefined, batch: number, kept: Tensor | undefined): Tensor[] {
  const states = tf.concat(hidden, 0) as Tensor2D;
  const rows = states.shape[0] - batch;
  const before = tf.slice(states, [0, 0], [rows, states.shape[1]]);
  const recurrent = tf.matMul(kept === undefined ? before : tf.mul<Tensor2D>(before, kept), tf.slice(gates, [batch, 0], [rows, gates.shape[1]]), true, false);
  if (below === undefined) return [recurrent];
  const inputs = tf.concat(below.hidden.map((chunk, index) => (below.masks[index] === undefined ? chunk : tf.mul(chunk, below.masks[index]))), 0) as Tensor2D;
  const bias = columnSum(gates);
  return [recurrent, tf.matMul(inputs, gates, true, false), bias, bias.clone()];
}
