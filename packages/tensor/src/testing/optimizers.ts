import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { ComponentState, Optimizer, Weight } from '@gramkit/spec';
import { specificationVersion } from '@gramkit/spec';

/** Remembers the gradients it is handed (as plain numbers) and descends them at a fixed rate; rate 0 leaves the weights alone. */
export class RecordingOptimizer implements Optimizer {
  readonly specificationVersion = specificationVersion;
  readonly kind = 'optimizer';
  readonly name = 'recording';
  /** One record an update: every trainable weight, zeros where it had no gradient. */
  readonly updates: Record<string, Float32Array>[] = [];
  /** What it was told of its updates to come. */
  readonly planned: (number | undefined)[] = [];

  constructor(
    private readonly weights: readonly Weight[],
    private readonly learningRate = 0,
  ) {}

  get stepCount(): number {
    return this.updates.length;
  }

  plan(updates: number | undefined): void {
    this.planned.push(updates);
  }

  apply(gradients: ReadonlyMap<string, Tensor>): void {
    const update: Record<string, Float32Array> = {};
    for (const { name, variable, trainable } of this.weights) {
      const gradient = gradients.get(name);
      if (!trainable) {
        if (gradient !== undefined) throw new Error(`a gradient for the frozen weight '${name}'`);
        continue;
      }
      update[name] = gradient === undefined ? new Float32Array(variable.size) : Float32Array.from(gradient.dataSync<'float32'>());
      if (gradient !== undefined && this.learningRate !== 0) tf.tidy(() => variable.assign(tf.sub(variable, tf.mul(gradient, this.learningRate))));
    }
    for (const name of gradients.keys()) if (!(name in update)) throw new Error(`a gradient for the unknown weight '${name}'`);
    this.updates.push(update);
  }

  state(): ComponentState {
    return { tensors: {}, values: {} };
  }

  restore(): void {}

  dispose(): void {}
}

/** Adam (Kingma and Ba 2015, algorithm 1) without a schedule; keeps its moments and step count in its state. */
export class TinyAdam implements Optimizer {
  readonly specificationVersion = specificationVersion;
  readonly kind = 'optimizer';
  readonly name = 'tiny-adam';
  stepCount = 0;
  readonly #moments = new Map<string, [Tensor, Tensor]>();

  constructor(
    private readonly weights: readonly Weight[],
    private readonly learningRate: number,
  ) {
    for (const { name, variable, trainable } of weights) if (trainable) this.#moments.set(name, [tf.zerosLike(variable), tf.zerosLike(variable)]);
  }

  apply(gradients: ReadonlyMap<string, Tensor>): void {
    this.stepCount++;
    const rate = (this.learningRate * Math.sqrt(1 - 0.999 ** this.stepCount)) / (1 - 0.9 ** this.stepCount);
    for (const { name, variable, trainable } of this.weights) {
      if (!trainable) continue;
      const [first, second] = this.#moments.get(name)!;
      const next = tf.tidy(() => {
        const gradient = gradients.get(name) ?? tf.zerosLike(variable);
        const mean = tf.add(tf.mul(first, 0.9), tf.mul(gradient, 0.1));
        const square = tf.add(tf.mul(second, 0.999), tf.mul(tf.square(gradient), 0.001));
        variable.assign(tf.sub(variable, tf.mul(rate, tf.div(mean, tf.add(tf.sqrt(square), 1e-8)))));
        return [mean, square] as [Tensor, Tensor];
      });
      tf.dispose([first, second]);
      this.#moments.set(name, next);
    }
  }

  state(): ComponentState {
    const tensors: Record<string, Tensor> = {};
    for (const [name, [first, second]] of this.#moments) Object.assign(tensors, { [`${name}/first`]: first.clone(), [`${name}/second`]: second.clone() });
    return { tensors, values: { stepCount: this.stepCount } };
  }

  restore({ tensors, values }: ComponentState): void {
    this.stepCount = values.stepCount as number;
    for (const [name, before] of this.#moments) {
      tf.dispose(before);
      this.#moments.set(name, [tensors[`${name}/first`]!.clone(), tensors[`${name}/second`]!.clone()]);
    }
  }

  dispose(): void {
    this.#moments.forEach((moments) => tf.dispose(moments));
    this.#moments.clear();
  }
}
