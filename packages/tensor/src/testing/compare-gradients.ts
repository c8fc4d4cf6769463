import * as tf from '@tensorflow/tfjs-core';
import type { Gradient, Weight } from '@gramkit/spec';
import { rowsToTable } from '../row-gradient.js';

/** `||found - expected|| / ||expected||` over all weights together, gradients of rows as the tables that they stand for. */
export function compareGradients(found: Readonly<Record<string, Gradient>>, expected: Readonly<Record<string, Gradient>>, weights: readonly Weight[]): number {
  const names = Object.keys(expected).sort();
  if (Object.keys(found).sort().join() !== names.join()) throw new Error(`other names: ${Object.keys(found)} and ${names}`);
  const rows = new Map(weights.map(({ name, variable }) => [name, variable.shape[0]!]));
  const valuesOf = (gradient: Gradient, name: string) => {
    const table = gradient instanceof tf.Tensor ? gradient.clone() : rowsToTable(gradient, rows.get(name)!);
    const values = Array.from(table.dataSync());
    table.dispose();
    return values;
  };
  const values = (gradients: Readonly<Record<string, Gradient>>) => names.flatMap((name) => valuesOf(gradients[name]!, name));
  const [left, right] = [values(found), values(expected)];
  if (left.length !== right.length) throw new Error(`${left.length} elements, not ${right.length}`);
  return Math.hypot(...right.map((value, index) => left[index]! - value)) / Math.hypot(...right);
}

/** One step of plain descent, which assigns the variables. */
export function descend(gradients: Readonly<Record<string, Gradient>>, weights: readonly Weight[], rate = 0.1): void {
  for (const { name, variable } of weights) {
    const gradient = gradients[name];
    if (gradient === undefined) continue;
    tf.tidy(() => variable.assign(tf.sub(variable, tf.mul(gradient instanceof tf.Tensor ? gradient : rowsToTable(gradient, variable.shape[0]!), rate))));
  }
}
