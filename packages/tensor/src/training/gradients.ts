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

/** Gradients of a network, and the optimizer of its weights. */
export interface Update {
  readonly optimizer: Optimizer;
  readonly gradients: Gradients;
  readonly weights: readonly Weight[];
  /** As of `Optimizer.apply`. */
  readonly rateFactor?: number;
}

/**
 * One update of each network, or of none where one of them is refused. Apart from the accumulation, so that a reduction over ranks can sit
 * between the two. Disposes nothing. The optimizers run in no tidy of ours: one that makes its slots anew at every update keeps them.
 */
export function applyTogether(updates: readonly Update[]): void {
  const tables: Record<string, Tensor>[] = [];
  try {
    const maps = updates.map(({ optimizer, gradients, weights }) => {
      if (optimizer.acceptsRowGradients) return new Map(Object.entries(gradients));
      const made = tablesOf(weights, gradients);
      tables.push(made);
      return new Map(Object.entries({ ...(gradients as Record<string, Tensor>), ...made }));
    });
    updates.forEach(({ optimizer }, index) => optimizer.prepare?.(maps[index]!));
    updates.forEach(({ optimizer, rateFactor }, index) => optimizer.apply(maps[index]!, rateFactor));
  } finally {
    tf.dispose(tables);
  }
}

/**
 * One update of the weights of one network.
 * @param rateFactor as of `Optimizer.apply`
 */
export function applyGradients(optimizer: Optimizer, gradients: Gradients, weights: readonly Weight[], rateFactor = 1): void {
  applyTogether([{ optimizer, gradients, weights, rateFactor }]);
}

/** The gradients of rows as whole tables. */
function tablesOf(weights: readonly Weight[], gradients: Gradients): Record<string, Tensor> {
  const rowsOf = new Map(weights.map(({ name, variable }) => [name, variable.shape[0]!]));
  return Object.fromEntries(Object.entries(gradients).flatMap(([name, gradient]) => (gradient instanceof tf.Tensor ? [] : [[name, rowsToTable(gradient, rowsOf.get(name)!)]])));
}
