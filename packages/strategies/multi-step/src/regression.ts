import * as tf from '@tensorflow/tfjs-core';
import type { Scalar, Tensor2D } from '@tensorflow/tfjs-core';
import type { Optimizer, PreparedItems } from '@gramkit/spec';
import {
  addCosts,
  applyGradients,
  chunkItems,
  encoderCost,
  noCost,
  numericFailure,
  seededOrder,
  seedTensor,
  uploadRows,
  yieldToEventLoop,
} from '@gramkit/tensor';
import type { EncoderCost, EncoderPasses, Gradients } from '@gramkit/tensor';
import type { MultiStepOptions } from './options.js';
import type { Window } from './window.js';

export interface RegressionInput {
  readonly encoder: EncoderPasses;
  readonly optimizer: Optimizer;
  readonly catalogue: PreparedItems;
  readonly window: Window;
  /** The run's seed. */
  readonly seed: number;
  readonly passes: number;
  /** Items in one step of the encoder. */
  readonly miniBatch: number;
  /** How the encoder's learning rate goes over the passes: down to nothing, or not at all. */
  readonly regressionRate: MultiStepOptions['regressionRate'];
  readonly progress?: (done: number, total: number) => void;
  /** Aborting leaves the regression after the mini-batch at hand. */
  readonly signal?: AbortSignal;
}

/** How far a regression that was left has come. With the window, the encoder and its optimizer it goes on from there bit for bit. */
export interface RegressionPosition {
  /** Loss of every pass that is done. */
  readonly losses: readonly number[];
  /** Loss of every mini-batch of the pass under way that is done, each the sum over its items. */
  readonly parts: readonly number[];
}

const beginning: RegressionPosition = { losses: [], parts: [] };

export interface RegressionResult {
  /** Mean over the items of `1/2 ||H_u - CE(c_u)||^2`, pass by pass, each mini-batch measured before its update. */
  readonly losses: readonly number[];
  readonly cost: EncoderCost;
  /** Where it was left at a signal; losses and cost are then of what is done. */
  readonly left?: RegressionPosition;
}

/** Items of like length that make one step of the encoder. */
export interface MiniBatch {
  /** Catalogue rows. */
  readonly rows: Int32Array;
  /** Where they stand in the window. */
  readonly places: Int32Array;
  readonly tokens: number;
}

/**
 * Trains the encoder towards the rows that moved: `1/2 sum_u ||H_u - CE(c_u)||^2` a mini-batch, one update each.
 * At a signal it ends early and tells where (`left`).
 * @throws GramkitError NUMERIC_FAILURE
 */
export async function regress(input: RegressionInput, from: RegressionPosition = beginning): Promise<RegressionResult> {
  const { window, passes, seed, progress, signal } = input;
  const losses: Scalar[] = scalars(from.losses);
  let parts: Scalar[] = scalars(from.parts);
  let cost = noCost;
  let done = 0;
  const maskSeed = seedTensor(seed, 'encoderMasks', window.index);
  try {
    for (let pass = 0; pass < passes; pass++) {
      const all = miniBatches(input, pass);
      for (const [index, part] of all.entries()) {
        const isDone = pass < from.losses.length || (pass === from.losses.length && index < from.parts.length);
        if (!isDone && signal?.aborted === true) return await leave(losses, parts, cost);
        if (!isDone) parts.push(trainOn(part, input, maskSeed, pass === 0 && index === 0, rateFactor(input, pass * all.length + index, passes * all.length)));
        cost = addCosts(cost, encoderCost(part.rows.length, part.tokens, 1, 1));
        done += part.rows.length;
        if (isDone) continue;
        progress?.(done, passes * window.rows.length);
        await yieldToEventLoop();
      }
      if (pass < from.losses.length) continue;
      losses.push(tf.tidy(() => tf.div(tf.addN(parts), window.rows.length)));
      tf.dispose(parts);
      parts = [];
    }
    return { losses: await readLosses(losses, window.index), cost };
  } finally {
    tf.dispose([maskSeed, ...losses, ...parts]);
  }
}

/** The window's rows in mini-batches of like length: which of equal length go together, and the order, are new in every pass. */
export function miniBatches({ window, catalogue, seed, miniBatch }: RegressionInput, pass: number): readonly MiniBatch[] {
  const shuffled = seededOrder(window.rows.length, seed, 'regressionOrder', window.index, pass, 0);
  const rows = shuffled.map((place) => window.rows[place]!);
  const parts = chunkItems(rows, catalogue, { items: miniBatch });
  const order = seededOrder(parts.length, seed, 'regressionOrder', window.index, pass, 1);
  return Array.from(order, (index) => {
    const part = parts[index]!;
    return { rows: part.rows, tokens: part.tokens, places: part.positions.map((position) => shuffled[position]!) };
  });
}

/** What the learning rate of update `update` of `updates` is multiplied by. */
function rateFactor({ regressionRate }: RegressionInput, update: number, updates: number): number {
  return regressionRate === 'constant' ? 1 : 1 - update / updates;
}

/** One update of the encoder. Returns the mini-batch's loss before it. */
function trainOn(part: MiniBatch, input: RegressionInput, seed: Scalar, encoderIsUnchanged: boolean, factor: number): Scalar {
  const { encoder, optimizer, catalogue, window } = input;
  const recorded = encoder.record(catalogue, part.rows, seed);
  try {
    const { loss, gradients } = tf.tidy((): { loss: Scalar; gradients: Gradients } => {
      const difference = residual(recorded.encodings, part, window, encoderIsUnchanged);
      return { loss: tf.mul(0.5, tf.sum(tf.square(difference))), gradients: recorded.pullBack(difference) };
    });
    applyGradients(optimizer, gradients, encoder.encoder.weights, factor);
    tf.dispose(gradients);
    return loss;
  } finally {
    recorded.encodings.dispose();
    recorded.dispose();
  }
}

/**
 * `CE(c_u) - H_u`, the gradient of the loss with respect to `CE(c_u)` `[rows, dimension]`, as `(CE(c_u) - h_u) - displacement`.
 * The masks are those of the filling, so the encoder's own change is all that the first difference holds: nothing as long as the
 * encoder is unchanged, when computing it would add only the rounding of one chunking against another to a small displacement.
 */
function residual(encodings: Tensor2D, part: MiniBatch, window: Window, encoderIsUnchanged: boolean): Tensor2D {
  const places = uploadRows(part.places);
  const displacement = window.displacementAt(places);
  if (encoderIsUnchanged) return tf.neg(displacement);
  return tf.sub(tf.sub(encodings, window.encodingsAt(places)), displacement);
}

async function readLosses(losses: readonly Scalar[], window: number): Promise<readonly number[]> {
  const values = await valuesOf(losses);
  const bad = values.find((value) => !Number.isFinite(value));
  if (bad !== undefined) throw numericFailure(`The encoder's loss in the regression after window ${window + 1} is ${bad}; its weights are no longer good`);
  return values;
}

async function leave(losses: readonly Scalar[], parts: readonly Scalar[], cost: EncoderCost): Promise<RegressionResult> {
  const left = { losses: await valuesOf(losses), parts: await valuesOf(parts) };
  return { losses: left.losses, cost, left };
}

function scalars(values: readonly number[]): Scalar[] {
  return values.map((value) => tf.scalar(value));
}

async function valuesOf(values: readonly Scalar[]): Promise<number[]> {
  if (values.length === 0) return [];
  const stacked = tf.stack([...values]);
  try {
    return Array.from(await stacked.data());
  } finally {
    stacked.dispose();
  }
}
