import type { Gradient } from '@gramkit/spec';
import { rowsToTable } from '@gramkit/tensor';
import { weightValues } from '@gramkit/tensor/testing';
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import { demand } from '../check.js';
import { greatestDifference, sameNumbers } from '../comparison/number-lists.js';
import { freeState, savedState } from '../surroundings/saved-state.js';
import { changedWeights } from '../surroundings/saved-weights.js';
import type { OptimizerSubject } from './optimizer-subject.js';
import { applyOnce, exampleGradients, flatValues, tableShape, update, type OptimizedWeights, type OptimizerTrial } from './optimizer-trial.js';

/** `1/2 sum w^2` falls, weight by weight. */
export function descends({ optimizer, weights }: OptimizerTrial, { updates = 20 }: OptimizerSubject): void {
  const trained = weights.filter(({ trainable }) => trainable);
  const lengths = () => trained.map(({ variable }) => Math.hypot(...variable.dataSync()));
  const before = lengths();
  for (let step = 0; step < updates; step++) applyOnce(optimizer, new Map(trained.map(({ name, variable }) => [name, variable.clone()])));
  const standing = lengths().flatMap((length, index) => (length < before[index]! ? [] : [trained[index]!.name]));
  demand(standing.length === 0, `after ${updates} updates along the gradients of 1/2 w^2, ${standing.join(', ')} are no nearer to 0`, 'go against the gradient, for every trainable weight, whatever its rank; or give `updates` of the subject where the learning rate rises slowly.');
}

export async function isDeterministic({ another, ...one }: OptimizerTrial): Promise<void> {
  const other = await another();
  for (const each of [one, other]) update(each, 0, 5);
  demand(sameNumbers(flatValues(other.weights), flatValues(one.weights)), 'two optimizers with the same gradients end with other weights', 'let an update depend on gradients, slots, step count and options alone.');
}

/** A new optimizer with the state of the old one goes on like it. */
export async function goesOnFromItsState({ another, ...one }: OptimizerTrial): Promise<void> {
  for (const updates of [0, 1, 4]) {
    const [whole, resumed] = [await another(), await another()];
    update(whole, 0, updates);
    const state = savedState(whole.optimizer.state());
    tf.tidy(() => resumed.weights.forEach(({ variable }, index) => variable.assign(whole.weights[index]!.variable.clone())));
    resumed.optimizer.restore(state);
    freeState(state);
    demand(resumed.optimizer.stepCount === updates, `\`stepCount\` is ${resumed.optimizer.stepCount} after the state of ${updates} updates was restored`, 'save the step count in `values`, and restore it.');
    for (const each of [whole, resumed]) update(each, updates, updates + 4);
    demand(sameNumbers(flatValues(resumed.weights), flatValues(whole.weights)), `resumed after ${updates} updates, it ends with other weights than one that went on`, 'save every slot as a tensor that is a copy, and what else the next update depends on in `values`; `restore` copies what it is given.');
  }
  demand(one.optimizer.stepCount === 0, 'updates of another optimizer change this one', 'keep slots and counts in fields of the component, not of the module.');
}

/** A first update at a fiftieth of the rate goes far less far; how far to the digit only a deterministic optimizer could be asked. */
export async function followsTheRateFactor({ another, ...whole }: OptimizerTrial): Promise<void> {
  const moved = ({ optimizer, weights }: OptimizedWeights, rateFactor?: number): number => {
    const trained = weights.filter(({ trainable }) => trainable);
    const before = flatValues(trained);
    applyOnce(optimizer, exampleGradients(0), rateFactor);
    return greatestDifference(flatValues(trained), before);
  };
  const share = moved(await another(), 0.02) / moved(whole);
  demand(share > 0 && share < 0.1, `a first update with the rate factor 0.02 goes ${share} times as far as one without`, 'multiply the learning rate of that one update by the second argument of `apply` (1 where left out).');
}

/** Every update counts once, whatever gradients it has. */
export function countsItsSteps({ optimizer }: OptimizerTrial): void {
  demand(optimizer.stepCount === 0, `\`stepCount\` starts at ${optimizer.stepCount}`, 'start at 0.');
  for (const expected of [1, 2, 3]) {
    applyOnce(optimizer, expected === 2 ? new Map() : exampleGradients(expected));
    demand(optimizer.stepCount === expected, `\`stepCount\` is ${optimizer.stepCount} after ${expected} updates`, 'count one for every `apply`, with or without gradients.');
  }
}

export function keepsFrozenWeights({ optimizer, weights }: OptimizerTrial): void {
  const before = weightValues(weights);
  update({ optimizer, weights }, 0, 3);
  demand(!changedWeights(weights, before).includes('frozen'), 'updates change a weight with `trainable: false`', 'leave weights with `trainable: false` out from the start: no slot, no decay, no update.');
}

/** A weight without a gradient is updated as with one of zeros. */
export async function takesAMissingGradientAsZeros({ another, ...absent }: OptimizerTrial): Promise<void> {
  const zeros = await another();
  startAlike(absent, zeros);
  for (const { optimizer, weights } of [absent, zeros]) update({ optimizer, weights }, 0, 2);
  const given = exampleGradients(2);
  const vector = given.get('vector')!;
  applyOnce(absent.optimizer, new Map(Array.from(given).filter(([name]) => name !== 'vector').map(([name, gradient]) => [name, gradient.clone()])));
  applyOnce(zeros.optimizer, new Map(Array.from(given, ([name, gradient]) => [name, name === 'vector' ? tf.zerosLike(vector) : gradient])));
  vector.dispose();
  demand(sameNumbers(flatValues(absent.weights), flatValues(zeros.weights)), 'a weight without a gradient is updated otherwise than with a gradient of zeros', 'take zeros for every trainable weight that is not among the gradients: its momentum goes on.');
}

/** Gradients of rows, some of them twice, are the tables that they stand for. */
export async function addsUpGradientsOfRows({ another, ...ofRows }: OptimizerTrial): Promise<void> {
  if (ofRows.optimizer.acceptsRowGradients !== true) return;
  const ofTables = await another();
  startAlike(ofRows, ofTables);
  for (let step = 0; step < 4; step++) {
    const { whole, rows } = tableGradients(step);
    applyOnce(ofRows.optimizer, new Map<string, Gradient>([['table', rows]]));
    applyOnce(ofTables.optimizer, new Map([['table', whole]]));
  }
  const difference = greatestDifference(flatValues(ofRows.weights), flatValues(ofTables.weights));
  demand(difference < 1e-5, `gradients of rows (\`rows\`, \`values\`) move weights otherwise than the tables that they stand for, by ${difference.toPrecision(2)}`, 'add up the values of rows that repeat, and treat rows that are not listed as those with a gradient of zeros; or leave `acceptsRowGradients` out.');
}

/** Whatever each has drawn for itself as it was made. */
function startAlike(one: OptimizedWeights, other: OptimizedWeights): void {
  const state = savedState(one.optimizer.state());
  other.optimizer.restore(state);
  freeState(state);
}

function tableGradients(step: number): { readonly whole: Tensor; readonly rows: { readonly rows: tf.Tensor1D; readonly values: Tensor2D } } {
  const [listed, width] = [[[0, 2, 0], [4, 4, 1], [2, 5, 2], [3, 0, 3]][step % 4]!, tableShape[1]];
  const rows = { rows: tf.tensor1d(listed, 'int32'), values: tf.tensor2d(listed.map((row, place) => Array.from({ length: width }, (_, column) => Math.sin(1 + row + 2 * place + 5 * column + step)))) };
  return { rows, whole: rowsToTable(rows, tableShape[0]) };
}
