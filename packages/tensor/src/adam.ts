import * as tf from '@tensorflow/tfjs-core';
import type { Scalar, Tensor, Variable } from '@tensorflow/tfjs-core';
import { definePlugin, GramkitError, kernelNames, tokens } from '@gramkit/spec';
import type { AdamUpdateInputs, ComponentState, Optimizer, Weight } from '@gramkit/spec';
import { z } from 'zod';
import { learningRateAt, scheduleOptions } from './schedule.js';

export const adamOptions = z.strictObject({
  learningRate: z.number().positive().default(1e-3).describe('step size, at the peak of the schedule'),
  schedule: scheduleOptions.default({ kind: 'constant' }).describe('how the learning rate goes with the step'),
  beta1: z.number().min(0).lt(1).default(0.9).describe('decay of the running mean of the gradient'),
  beta2: z.number().min(0).lt(1).default(0.999).describe('decay of the running mean of the squared gradient'),
  epsilon: z.number().positive().default(1e-8).describe('added to the square root of the bias-corrected second moment'),
  weightDecay: z.number().min(0).default(0).describe('decoupled weight decay: each step takes this times the learning rate off every weight'),
});
export type AdamOptions = z.output<typeof adamOptions>;

interface Slots {
  readonly weight: Variable;
  readonly firstMoment: Variable;
  readonly secondMoment: Variable;
}

/** What changes from step to step: tensors, so that a compiled step takes them as inputs. */
interface StepScalars {
  readonly rate: Scalar;
  readonly epsilon: Scalar;
  /** What weight decay leaves of a weight. */
  readonly kept: Scalar;
}

/**
 * Adam (Kingma and Ba, 2015, algorithm 1) with decoupled weight decay (Loshchilov and Hutter, 2019); the same steps as PyTorch's AdamW:
 *
 *     w <- (1 - learningRate weightDecay) w
 *     m <- beta1 m + (1 - beta1) g,  v <- beta2 v + (1 - beta2) g^2
 *     w <- w - learningRate m / (1 - beta1^t) / (sqrt(v / (1 - beta2^t)) + epsilon)
 *
 * Holds two slots for each trainable weight. An engine with the kernel `AdamUpdate` updates in place, in one pass over memory.
 */
export class Adam implements Optimizer {
  readonly specificationVersion = 1;
  readonly kind = 'optimizer';
  readonly name = 'adam';
  readonly #slots: ReadonlyMap<string, Slots>;
  readonly #options: AdamOptions;
  #stepCount = 0;

  constructor(weights: readonly Weight[], options: AdamOptions) {
    this.#options = options;
    this.#slots = new Map(weights.filter((weight) => weight.trainable).map(({ name, variable }) => [name, slotsOf(variable)]));
  }

  get stepCount(): number {
    return this.#stepCount;
  }

  apply(gradients: ReadonlyMap<string, Tensor>): void {
    this.#check(gradients);
    this.#stepCount += 1;
    tf.tidy(() => {
      const scalars = stepScalars(this.#stepCount, this.#options);
      for (const [name, slots] of this.#slots) {
        if (this.#options.weightDecay > 0) shrink(slots.weight, scalars.kept);
        const gradient = gradients.get(name) ?? tf.zerosLike(slots.weight);
        updateOf()({ ...slots, gradient, rate: scalars.rate, epsilon: scalars.epsilon }, this.#options);
      }
    });
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
    this.#stepCount = stepCount;
  }

  dispose(): void {
    for (const { firstMoment, secondMoment } of this.#slots.values()) tf.dispose([firstMoment, secondMoment]);
  }

  /** All gradients, before a weight is changed. */
  #check(gradients: ReadonlyMap<string, Tensor>): void {
    for (const [name, gradient] of gradients) {
      const slots = this.#slots.get(name);
      if (slots === undefined) {
        throw new GramkitError('ENGINE_FAILED', `The optimizer got a gradient of '${name}', which is none of its trainable weights`, {
          field: name,
          alternatives: Array.from(this.#slots.keys()),
          fix: 'Give the optimizer the gradients of the component that it was made for.',
        });
      }
      if (gradient.dtype === 'float32' && tf.util.arraysEqual(gradient.shape, slots.weight.shape)) continue;
      throw new GramkitError(
        'ENGINE_FAILED',
        `The gradient of '${name}' is ${gradient.dtype} [${gradient.shape.join(', ')}]; its weight is float32 [${slots.weight.shape.join(', ')}]`,
        { field: name, fix: 'A gradient has the shape of its weight.' },
      );
    }
  }
}

function slotsOf(weight: Variable): Slots {
  const zeros = (): Variable => tf.tidy(() => tf.variable(tf.zerosLike(weight), false));
  return { weight, firstMoment: zeros(), secondMoment: zeros() };
}

/**
 * The bias corrections folded into two scalars, in double precision:
 * rate m / (sqrt(v) + epsilon s) with s = sqrt(1 - beta2^t) is learningRate m / (1 - beta1^t) / (sqrt(v) / s + epsilon).
 */
function stepScalars(step: number, { learningRate, schedule, beta1, beta2, epsilon, weightDecay }: AdamOptions): StepScalars {
  const current = learningRateAt(step, learningRate, schedule);
  // Powers of the betas that the update computes with: 1 - beta2 is small, and rounding beta2 shows in it.
  const secondCorrection = Math.sqrt(1 - Math.fround(beta2) ** step);
  return {
    rate: tf.scalar((current * secondCorrection) / (1 - Math.fround(beta1) ** step)),
    epsilon: tf.scalar(epsilon * secondCorrection),
    kept: tf.scalar(1 - current * weightDecay),
  };
}

function shrink(weight: Variable, kept: Scalar): void {
  const shrunk = tf.mul(weight, kept);
  weight.assign(shrunk);
  // At once: while another tensor shares its data, the kernel can't update the weight in place.
  shrunk.dispose();
}

type AdamUpdate = (inputs: AdamUpdateInputs, betas: Pick<AdamOptions, 'beta1' | 'beta2'>) => void;

function updateOf(): AdamUpdate {
  return tf.getKernel(kernelNames.adamUpdate, tf.getBackend()) === undefined ? plainAdamUpdate : kernelAdamUpdate;
}

const kernelAdamUpdate: AdamUpdate = (inputs, { beta1, beta2 }) => {
  tf.engine().runKernel(kernelNames.adamUpdate, inputs, { beta1, beta2 });
};

/** The kernel `AdamUpdate` out of tfjs's operations: for engines without it, and to test it against. */
export const plainAdamUpdate: AdamUpdate = ({ weight, firstMoment, secondMoment, gradient, rate, epsilon }, { beta1, beta2 }) =>
  tf.tidy(() => {
    const first = tf.add(firstMoment, tf.mul(1 - Math.fround(beta1), tf.sub(gradient, firstMoment)));
    const second = tf.add(secondMoment, tf.mul(1 - Math.fround(beta2), tf.sub(tf.square(gradient), secondMoment)));
    weight.assign(tf.sub(weight, tf.div(tf.mul(rate, first), tf.add(tf.sqrt(second), epsilon))));
    firstMoment.assign(first);
    secondMoment.assign(second);
  });

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
  description: 'Adam with bias correction, a learning-rate schedule and optional decoupled weight decay.',
  options: adamOptions,
  dependencies: { weights: tokens.optimizedWeights },
  create: ({ options, weights }) => new Adam(weights, options),
});
