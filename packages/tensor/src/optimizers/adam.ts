import * as tf from '@tensorflow/tfjs-core';
import type { Scalar, Tensor, Variable } from '@tensorflow/tfjs-core';
import { definePlugin, GramkitError, kernelNames, tokens } from '@gramkit/spec';
import type { ComponentState, Gradient, Optimizer, RowGradient, Weight } from '@gramkit/spec';
import { z } from 'zod';
import { offersKernels } from '../offered-kernels.js';
import { rowsToTable } from '../row-gradient.js';
import { numericFailure } from '../training/finite-loss.js';
import { adamUpdate } from './adam-update.js';
import { globalNorm, scaleGradient } from './global-norm.js';
import { learningRateAt, missingUpdateCount, planSchedule, scheduleOptions } from './schedule.js';
import type { PlannedSchedule } from './schedule.js';

/** Options that `adam` and `adamw` share. */
export const momentOptions = {
  learningRate: z.number().positive().default(1e-3).describe('step size, at the peak of the schedule'),
  schedule: scheduleOptions.default({ kind: 'constant' }).describe('how the learning rate goes with the updates of this optimizer'),
  beta1: z.number().min(0).lt(1).default(0.9).describe('decay of the running mean of the gradient'),
  beta2: z.number().min(0).lt(1).default(0.999).describe('decay of the running mean of the squared gradient'),
  epsilon: z.number().positive().default(1e-8).describe('added to the square root of the bias-corrected second moment'),
  clipNorm: z
    .number()
    .positive()
    .optional()
    .describe('Longest gradient, by the norm over all weights of this optimizer together: longer ones are shortened to it. A norm that is no number stops the run before a weight changes. Left out: neither.'),
};

export const adamOptions = z.strictObject({
  ...momentOptions,
  lazyTables: z.boolean().default(false).describe('Moves only the rows of a word table that a step has gradients for, not those whose running means still have something left: another optimizer than Adam, cheaper by little.'),
});
export type AdamOptions = z.output<typeof adamOptions>;

/** Decoupled weight decay. */
export interface WeightDecay {
  /** Each update takes this times the learning rate off the weights. */
  readonly rate: number;
  /** Which weights it is taken off. */
  readonly decays: (weight: Weight) => boolean;
}

interface Slots {
  readonly weight: Variable;
  readonly decays: boolean;
  readonly firstMoment: Variable;
  readonly secondMoment: Variable;
  /** One byte for each row, 1 where a moment may not be zero; made at the first gradient of rows. */
  activeRows?: Uint8Array;
}

/** What changes from step to step: tensors, so that a compiled step takes them as inputs. */
interface StepScalars {
  readonly rate: Scalar;
  readonly epsilon: Scalar;
  /** What weight decay leaves of a weight. */
  readonly kept: Scalar;
}

/** Gradients that have been checked, and their norm where they are clipped. */
interface CheckedGradients {
  readonly gradients: ReadonlyMap<string, Gradient>;
  readonly norm: number | undefined;
}

/**
 * Adam (Kingma and Ba, 2015, algorithm 1), with decoupled weight decay where it is given one (Loshchilov and Hutter, 2019); the same steps
 * as PyTorch's AdamW, after its `clip_grad_norm_` where `clipNorm` is given:
 *
 *     g <- g min(1, clipNorm / (norm + 1e-6)),  norm over all gradients together
 *     w <- (1 - learningRate weightDecay) w
 *     m <- beta1 m + (1 - beta1) g,  v <- beta2 v + (1 - beta2) g^2
 *     w <- w - learningRate m / (1 - beta1^t) / (sqrt(v / (1 - beta2^t)) + epsilon)
 *
 * Holds two slots for each trainable weight. An engine with the kernel `AdamUpdate` updates in place, in one pass over memory; gradients of
 * rows then cost what the rows cost that ever had one, since without a moment a row stays where it is.
 */
export class Adam implements Optimizer {
  readonly specificationVersion = 1;
  readonly kind = 'optimizer';
  readonly name: string;
  readonly #slots: ReadonlyMap<string, Slots>;
  readonly #options: AdamOptions;
  readonly #decay: number;
  #schedule?: PlannedSchedule;
  #stepCount = 0;
  #checked?: CheckedGradients;
  #lastUpdate?: Readonly<Record<string, number>>;

  constructor(weights: readonly Weight[], options: AdamOptions, decay?: WeightDecay) {
    this.name = decay === undefined ? 'adam' : 'adamw';
    this.#options = options;
    this.#decay = decay?.rate ?? 0;
    const trained = weights.filter((weight) => weight.trainable);
    this.#slots = new Map(trained.map((weight) => [weight.name, slotsOf(weight, this.#decay > 0 && decay!.decays(weight))]));
  }

  get acceptsRowGradients(): boolean {
    return offersKernels(kernelNames.adamUpdate);
  }

  get lastUpdate(): Readonly<Record<string, number>> | undefined {
    return this.#lastUpdate;
  }

  get stepCount(): number {
    return this.#stepCount;
  }

  plan(updates: number | undefined): void {
    this.#schedule = planSchedule(this.#options.schedule, updates);
  }

  prepare(gradients: ReadonlyMap<string, Gradient>): void {
    this.#check(gradients);
    this.#checked = { gradients, norm: this.#options.clipNorm === undefined ? undefined : this.#normOf(gradients) };
  }

  apply(gradients: ReadonlyMap<string, Gradient>, rateFactor = 1): void {
    if (this.#checked?.gradients !== gradients) this.prepare(gradients);
    const { norm } = this.#checked!;
    this.#checked = undefined;
    // Of a strategy that plans nothing, a schedule learns nothing.
    this.#schedule ??= planSchedule(this.#options.schedule, undefined);
    this.#stepCount += 1;
    const learningRate = rateFactor * learningRateAt(this.#stepCount, this.#options.learningRate, this.#schedule);
    this.#updateAll(gradients, learningRate, norm === undefined ? 1 : clippingFactor(norm, this.#options.clipNorm!));
    this.#lastUpdate = { learningRate, ...(norm !== undefined && { gradientNorm: norm }) };
  }

  state(): ComponentState {
    const tensors: Record<string, Tensor> = {};
    for (const [name, { firstMoment, secondMoment }] of this.#slots) {
      tensors[`${name}.firstMoment`] = firstMoment.clone();
      tensors[`${name}.secondMoment`] = secondMoment.clone();
    }
    return { tensors, values: { stepCount: this.#stepCount } };
  }

  restore({ tensors, values }: ComponentState): void {
    const { stepCount } = values;
    if (typeof stepCount !== 'number' || !Number.isInteger(stepCount) || stepCount < 0) {
      throw mismatch('stepCount', `The state of the optimizer has the step count ${JSON.stringify(stepCount)}; expected a whole number from 0`);
    }
    const targets = Array.from(this.#slots).flatMap(([name, { firstMoment, secondMoment }]): [string, Variable][] => [
      [`${name}.firstMoment`, firstMoment],
      [`${name}.secondMoment`, secondMoment],
    ]);
    // All are checked before any is changed.
    const pairs = targets.map(([name, target]) => [target, savedSlot(tensors, name, target)] as const);
    tf.tidy(() => pairs.forEach(([target, saved]) => target.assign(saved.clone())));
    for (const slots of this.#slots.values()) delete slots.activeRows;
    this.#stepCount = stepCount;
  }

  dispose(): void {
    for (const { firstMoment, secondMoment } of this.#slots.values()) tf.dispose([firstMoment, secondMoment]);
  }

  #updateAll(gradients: ReadonlyMap<string, Gradient>, learningRate: number, factor: number): void {
    tf.tidy(() => {
      const scalars = stepScalars(this.#stepCount, learningRate, this.#options, this.#decay);
      for (const [name, slots] of this.#slots) {
        if (slots.decays) shrink(slots.weight, scalars.kept);
        // Within a tidy each: of scaled gradients one lives at a time.
        tf.tidy(() => {
          const gradient = gradients.get(name) ?? tf.zerosLike(slots.weight);
          this.#update(slots, factor === 1 ? gradient : scaleGradient(gradient, factor), scalars);
        });
      }
    });
  }

  #update(slots: Slots, gradient: Gradient, { rate, epsilon }: StepScalars): void {
    const { weight, firstMoment, secondMoment } = slots;
    const { beta1, beta2, lazyTables } = this.#options;
    const inputs = { weight, firstMoment, secondMoment, rate, epsilon };
    if (gradient instanceof tf.Tensor) {
      // Whatever the gradient is, after it every row may have moments.
      slots.activeRows?.fill(1);
      adamUpdate({ ...inputs, gradient }, { beta1, beta2 });
    } else if (this.acceptsRowGradients) {
      const activeRows = (slots.activeRows ??= rowsWithMoments(firstMoment, secondMoment));
      adamUpdate({ ...inputs, gradient: gradient.values, rows: gradient.rows }, { beta1, beta2, activeRows, onlyTouchedRows: lazyTables });
    } else {
      adamUpdate({ ...inputs, gradient: rowsToTable(gradient, weight.shape[0]!) }, { beta1, beta2 });
    }
  }

  /** The one number of an update that is read back, and only where it is clipped: without it nothing could be refused. */
  #normOf(gradients: ReadonlyMap<string, Gradient>): number {
    const norm = globalNorm(gradients.values());
    const [value] = norm.dataSync<'float32'>();
    norm.dispose();
    if (Number.isFinite(value)) return value!;
    throw numericFailure(`The norm of the gradients of update ${this.#stepCount + 1} of the optimizer '${this.name}' is ${value}; they were not applied`);
  }

  /** All gradients, before a weight is changed. */
  #check(gradients: ReadonlyMap<string, Gradient>): void {
    for (const [name, gradient] of gradients) {
      const slots = this.#slots.get(name);
      if (slots === undefined) {
        throw new GramkitError('ENGINE_FAILED', `The optimizer got a gradient of '${name}', which is none of its trainable weights`, {
          field: name,
          alternatives: Array.from(this.#slots.keys()),
          fix: 'Give the optimizer the gradients of the component that it was made for.',
        });
      }
      const found = gradient instanceof tf.Tensor ? gradient : { dtype: gradient.values.dtype, shape: tableShape(gradient, slots.weight) };
      if (found.dtype === 'float32' && tf.util.arraysEqual(found.shape, slots.weight.shape)) continue;
      throw new GramkitError(
        'ENGINE_FAILED',
        `The gradient of '${name}' is ${found.dtype} [${found.shape.join(', ')}]; its weight is float32 [${slots.weight.shape.join(', ')}]`,
        { field: name, fix: 'A gradient has the shape of its weight.' },
      );
    }
  }
}

/** The shape of the table that gradients of rows belong to. */
function tableShape({ values }: RowGradient, table: Variable): number[] {
  return [table.shape[0]!, ...values.shape.slice(1)];
}

/** Which rows have a moment that is not zero, read back once: after a restore, or where whole gradients came before. */
function rowsWithMoments(firstMoment: Variable, secondMoment: Variable): Uint8Array {
  const active = tf.tidy(() => {
    const [first, second] = [firstMoment, secondMoment].map((moment) => tf.any(tf.notEqual(moment, 0), moment.shape.map((_, axis) => axis).slice(1)));
    return tf.logicalOr(first!, second!);
  });
  const values = Uint8Array.from(active.dataSync());
  active.dispose();
  return values;
}

function slotsOf({ variable: weight }: Weight, decays: boolean): Slots {
  const zeros = (): Variable => tf.tidy(() => tf.variable(tf.zerosLike(weight), false));
  return { weight, decays, firstMoment: zeros(), secondMoment: zeros() };
}

/**
 * The bias corrections folded into two scalars, in double precision:
 * rate m / (sqrt(v) + epsilon s) with s = sqrt(1 - beta2^t) is learningRate m / (1 - beta1^t) / (sqrt(v) / s + epsilon).
 */
function stepScalars(step: number, learningRate: number, { beta1, beta2, epsilon }: AdamOptions, decay: number): StepScalars {
  // Powers of the betas that the update computes with: 1 - beta2 is small, and rounding beta2 shows in it.
  const secondCorrection = Math.sqrt(1 - Math.fround(beta2) ** step);
  return {
    rate: tf.scalar((learningRate * secondCorrection) / (1 - Math.fround(beta1) ** step)),
    epsilon: tf.scalar(epsilon * secondCorrection),
    kept: tf.scalar(1 - learningRate * decay),
  };
}

function shrink(weight: Variable, kept: Scalar): void {
  const shrunk = tf.mul(weight, kept);
  weight.assign(shrunk);
  // At once: while another tensor shares its data, the kernel can't update the weight in place.
  shrunk.dispose();
}

/** PyTorch's, its 1e-6 included. */
function clippingFactor(norm: number, clipNorm: number): number {
  return Math.min(1, clipNorm / (norm + 1e-6));
}

function savedSlot(tensors: ComponentState['tensors'], name: string, target: Variable): Tensor {
  const saved = tensors[name];
  if (saved === undefined) throw mismatch(name, `The state of the optimizer lacks '${name}'`);
  if (saved.dtype === 'float32' && tf.util.arraysEqual(saved.shape, target.shape)) return saved;
  throw mismatch(name, `The state of the optimizer has '${name}' as ${saved.dtype} [${saved.shape.join(', ')}]; expected float32 [${target.shape.join(', ')}]`);
}

function mismatch(field: string, message: string): GramkitError {
  return new GramkitError('CHECKPOINT_MISMATCH', message, { field, fix: 'Resume with the configuration that the checkpoint was written with.' });
}

/** `use: adam`. */
export const adamPlugin = definePlugin({
  specificationVersion: 1,
  kind: 'optimizer',
  name: 'adam',
  description: 'Adam with bias correction, a learning-rate schedule and clipping; adamw decays weights beside that.',
  options: adamOptions,
  missingUpdateCount,
  dependencies: { weights: tokens.optimizedWeights },
  create: ({ options, weights }) => new Adam(weights, options),
});
