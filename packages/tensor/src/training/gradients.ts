import type { Tensor, Variable } from '@tensorflow/tfjs-core';
import type { Optimizer, Weight } from '@gramkit/spec';
import { addAndFree } from './record-pass.js';

/** Gradients by the names of their weights; a weight on which the loss does not depend is absent. A plain record: `tf.tidy` walks it. */
export type Gradients = Record<string, Tensor>;

/** The weights that an optimizer trains, in their order. */
export function trainableWeights(weights: readonly Weight[]): readonly Weight[] {
  return weights.filter(({ trainable }) => trainable);
}

export function variablesOf(weights: readonly Weight[]): readonly Variable[] {
  return weights.map(({ variable }) => variable);
}

/** Names the gradients of `weights`, given in their order. */
export function nameGradients(weights: readonly Weight[], gradients: readonly (Tensor | undefined)[]): Gradients {
  const named: Gradients = {};
  weights.forEach(({ name }, index) => {
    const gradient = gradients[index];
    if (gradient !== undefined) named[name] = gradient;
  });
  return named;
}

/** Adds `term` to `sum` in place, in the order of the calls, and disposes what it replaces: one copy of each gradient lives at a time. */
export function accumulateGradients(sum: Gradients, term: Gradients): void {
  for (const [name, gradient] of Object.entries(term)) {
    const before = sum[name];
    sum[name] = before === undefined ? gradient : addAndFree(before, gradient);
  }
}

/** One update. Apart from the accumulation, so that a reduction over ranks can sit between the two. Disposes nothing. */
export function applyGradients(optimizer: Optimizer, gradients: Gradients): void {
  optimizer.apply(new Map(Object.entries(gradients)));
}
