import { type ComponentState, definePlugin, type Gradient, GramkitError, type Optimizer, specificationVersion, tokens, type Weight } from '@gramkit/spec';
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Variable } from '@tensorflow/tfjs-core';
import { z } from 'zod';

/** What a configuration can say beside `use: plugin-name`. Strict: a key that is not here is refused. */
export const optimizerOptions = z.strictObject({
  learningRate: z.number().positive().default(0.01).describe('Step size.'),
  momentum: z.number().min(0).lt(1).default(0.9).describe('How much of its velocity a weight keeps from one update to the next.'),
});
export type OptimizerOptions = z.output<typeof optimizerOptions>;

interface Slots {
  readonly weight: Variable;
  readonly velocity: Variable;
}

/** Gradient descent with momentum (Polyak, 1964): `v <- momentum v + g`, `w <- w - learningRate v`. One slot for each trainable weight. */
export class Momentum implements Optimizer {
  readonly specificationVersion = specificationVersion;
  readonly kind = 'optimizer';
  readonly name = 'plugin-name';
  readonly #slots: ReadonlyMap<string, Slots>;
  #stepCount = 0;
  #learningRate: number;

  constructor(weights: readonly Weight[], private readonly options: OptimizerOptions) {
    this.#learningRate = options.learningRate;
    const trained = weights.filter(({ trainable }) => trainable);
    this.#slots = new Map(trained.map(({ name, variable }) => [name, { weight: variable, velocity: tf.tidy(() => tf.variable(tf.zerosLike(variable), false)) }]));
  }

  get stepCount(): number {
    return this.#stepCount;
  }

  get lastUpdate(): Readonly<Record<string, number>> | undefined {
    return this.#stepCount === 0 ? undefined : { learningRate: this.#learningRate };
  }

  /** All that may fail, before a weight of any network has changed. */
  prepare(gradients: ReadonlyMap<string, Gradient>): void {
    for (const [name, gradient] of gradients) this.#check(name, gradient);
  }

  apply(gradients: ReadonlyMap<string, Gradient>, rateFactor = 1): void {
    this.prepare(gradients);
    const { learningRate, momentum } = this.options;
    this.#learningRate = learningRate * rateFactor; // a strategy may lower the rate of single updates
    for (const [name, { weight, velocity }] of this.#slots) {
      tf.tidy(() => {
        const kept = tf.mul(velocity, momentum);
        const gradient = gradients.get(name) as Tensor | undefined; // no gradient counts as one of zeros
        velocity.assign(gradient === undefined ? kept : tf.add(kept, gradient));
        weight.assign(tf.sub(weight, tf.mul(velocity, this.#learningRate)));
      });
    }
    this.#stepCount++;
  }

  state(): ComponentState {
    return { tensors: Object.fromEntries(Array.from(this.#slots, ([name, { velocity }]) => [name, velocity.clone()])), values: { stepCount: this.#stepCount } };
  }

  restore({ tensors, values: { stepCount } }: ComponentState): void {
    if (typeof stepCount !== 'number' || !Number.isInteger(stepCount) || stepCount < 0) throw mismatch('stepCount', `the step count ${JSON.stringify(stepCount)}; expected a whole number from 0`);
    // All are checked before any is changed.
    const saved = Array.from(this.#slots, ([name, { velocity }]) => [velocity, savedVelocity(tensors[name], name, velocity)] as const);
    tf.tidy(() => saved.forEach(([velocity, tensor]) => velocity.assign(tensor.clone())));
    this.#stepCount = stepCount;
  }

  dispose(): void {
    tf.dispose(Array.from(this.#slots.values(), ({ velocity }) => velocity));
  }

  /** Gradients of rows alone never come: `acceptsRowGradients` is left out. */
  #check(name: string, gradient: Gradient): void {
    const slots = this.#slots.get(name);
    if (slots === undefined) {
      throw new GramkitError('ENGINE_FAILED', `the optimizer 'plugin-name' got a gradient of '${name}', which is none of its trainable weights`, {
        field: name, alternatives: Array.from(this.#slots.keys()), fix: 'Give it the gradients of the component that it was made for.',
      });
    }
    const { shape, dtype } = gradient as Tensor;
    if (dtype === 'float32' && tf.util.arraysEqual(shape, slots.weight.shape)) return;
    throw new GramkitError('ENGINE_FAILED', `the gradient of '${name}' is ${dtype} [${shape}]; its weight is float32 [${slots.weight.shape}]`, { field: name, fix: 'A gradient has the shape of its weight.' });
  }
}

function savedVelocity(saved: Tensor | undefined, name: string, { shape }: Variable): Tensor {
  if (saved?.dtype === 'float32' && tf.util.arraysEqual(saved.shape, shape)) return saved;
  throw mismatch(name, `'${name}' as ${saved === undefined ? 'nothing' : `${saved.dtype} [${saved.shape}]`}; expected float32 [${shape}]`);
}

function mismatch(field: string, found: string): GramkitError {
  return new GramkitError('CHECKPOINT_MISMATCH', `the state of the optimizer 'plugin-name' has ${found}`, { field, fix: 'Resume with the configuration that the checkpoint was written with.' });
}

export default definePlugin({
  specificationVersion: 1,
  kind: 'optimizer',
  name: 'plugin-name',
  description: 'plugin-description',
  options: optimizerOptions,
  dependencies: { weights: tokens.optimizedWeights },
  create: ({ options, weights }) => new Momentum(weights, options),
});
