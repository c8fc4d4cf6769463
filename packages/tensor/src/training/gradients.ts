import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Variable } from '@tensorflow/tfjs-core';
import type { Gradient, Optimizer, Weight } from '@gramkit/spec';
import { addGradients, rowsToTable } from '../row-gradient.js';

/** Gradients by the names of their weights; a weight on which the loss does not depend is absent. A plain record: `tf.tidy` walks it. */
export type Gradients = Record<string, Gradient>;

/** The weights that an optimizer trains, in their order. */
export function trainableWeights(weights: readonly Weight[]): readonly Weight[] {
  return weights.filter(({ trainable }) => trainable);
}

export function variablesOf(weights: readonly Weight[]): readonly Variable[] {
  return weights.map(({ variable }) => variable);
}

/** Names the gradients of `weights`, given in their order. */
export function nameGradients(weights: readonly Weight[], gradients: readonly (Tensor | undefined)[]): Record<string, Tensor> {
  const named: Record<string, Tensor> = {};
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
    sum[name] = before === undefined ? gradient : addGradients(before, gradient);
  }
}

/**
 * One update of `weights`. Apart from the accumulation, so that a reduction over ranks can sit between the two. Disposes nothing.
 * The optimizer runs in no tidy of ours: one that makes its slots anew at every update keeps them.
 */
export function applyGradients(optimizer: Optimizer, gradients: Gradients, weights: readonly Weight[]): void {
  if (optimizer.acceptsRowGradients) return optimizer.apply(new Map(Object.entries(gradients)));
  const tables = tablesOf(weights, gradients);
  try {
    optimizer.apply(new Map(Object.entries({ ...(gradients as Record<string, Tensor>), ...tables })));
  } finally {
    tf.dispose(tables);
  }
}

/** The gradients of rows as whole tables. */
function tablesOf(weights: readonly Weight[], gradients: Gradients): Record<string, Tensor> {
  const rowsOf = new Map(weights.map(({ name, variable }) => [name, variable.shape[0]!]));
  return Object.fromEntries(Object.entries(gradients).flatMap(([name, gradient]) => (gradient instanceof tf.Tensor ? [] : [[name, rowsToTable(gradient, rowsOf.get(name)!)]])));
}
