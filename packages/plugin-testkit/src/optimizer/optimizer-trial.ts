import type { Gradient, Optimizer, Weight } from '@gramkit/spec';
import { randomSource } from '@gramkit/tensor';
import { weightValues } from '@gramkit/tensor/testing';
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { withComponents, type ComponentScope } from '../surroundings/component-scope.js';
import type { PluginOf } from '../surroundings/plugin-of.js';
import type { OptimizerSubject } from './optimizer-subject.js';

export type OptimizerPlugin = PluginOf<'optimizer'>;

/** An optimizer and its weights: a table, a vector, a number, and one that is frozen. */
export interface OptimizedWeights {
  readonly optimizer: Optimizer;
  readonly weights: readonly Weight[];
}

export interface OptimizerTrial extends OptimizedWeights {
  /** Another one, of weights of its own that start alike. */
  another(): Promise<OptimizedWeights>;
}

/** Shape of the weight `table`. */
export const tableShape = [6, 3] as const;
const shapes: Readonly<Record<string, readonly number[]>> = { table: tableShape, vector: [4], number: [], frozen: [2, 2] };

/** Updates that the optimizer of a check is told to expect. */
export const plannedUpdates = 1000;

export function withOptimizer(plugin: OptimizerPlugin, subject: OptimizerSubject, work: (trial: OptimizerTrial) => Promise<void> | void): Promise<void> {
  return withComponents(async (scope) => {
    const another = () => optimized(scope, plugin, subject);
    await work({ ...(await another()), another });
  });
}

export async function optimized(scope: ComponentScope, plugin: OptimizerPlugin, subject: OptimizerSubject): Promise<OptimizedWeights> {
  const weights = exampleWeights();
  const optimizer = await scope.create(plugin, subject, { optimizedWeights: weights });
  optimizer.plan?.(plannedUpdates);
  scope.own({ dispose: () => weights.forEach(({ variable }) => variable.dispose()) });
  return { optimizer, weights };
}

/** Values between 1 and 2, the same every time. */
export function exampleWeights(): readonly Weight[] {
  const source = randomSource(5);
  return Object.entries(shapes).map(([name, shape]) => {
    const values = Float32Array.from({ length: tf.util.sizeFromShape([...shape]) }, () => 1 + source.uniform());
    return { name, trainable: name !== 'frozen', variable: tf.tidy(() => tf.variable(tf.tensor(values, [...shape]))) };
  });
}

/** Gradients that depend on the number of the update alone. */
export function exampleGradients(update: number): ReadonlyMap<string, Tensor> {
  const source = randomSource(7, update);
  return new Map(Object.entries(shapes).filter(([name]) => name !== 'frozen').map(([name, shape]) => [name, tf.tensor(Float32Array.from({ length: tf.util.sizeFromShape([...shape]) }, () => source.normal()), [...shape])]));
}

/** Updates with the example's gradients from number `from` to before `to`. */
export function update({ optimizer }: OptimizedWeights, from: number, to: number): void {
  for (let number = from; number < to; number++) applyOnce(optimizer, exampleGradients(number));
}

/** One update; frees the gradients. */
export function applyOnce(optimizer: Optimizer, gradients: ReadonlyMap<string, Gradient>, rateFactor?: number): void {
  try {
    optimizer.apply(gradients, rateFactor);
  } finally {
    tf.dispose(Array.from(gradients.values()));
  }
}

export function flatValues(weights: readonly Weight[]): readonly number[] {
  return Object.values(weightValues(weights)).flat();
}
