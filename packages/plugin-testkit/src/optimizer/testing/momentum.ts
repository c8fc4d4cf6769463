import { GramkitError, type ComponentState, type Gradient, type Optimizer, type Weight } from '@gramkit/spec';
import { rowsToTable, savedCount, savedTensor } from '@gramkit/tensor';
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Variable } from '@tensorflow/tfjs-core';

/** What can be wrong with it. */
export type MomentumBug =
  | 'ascends numbers' | 'draws its rate' | 'forgets slots' | 'counts gradients' | 'decays frozen weights' | 'skips missing gradients'
  | 'takes means of rows' | 'checks as it goes' | 'keeps tensors' | 'throws plain errors' | 'is called otherwise' | 'ignores rate factors';

interface Slot {
  readonly weight: Variable;
  velocity: Tensor;
}

/** Descent with momentum (Polyak, 1964): `v <- .9 v + g`, `w <- w - rate v`; with a bug where it is asked for one. */
export class Momentum implements Optimizer {
  readonly specificationVersion = 1;
  readonly kind = 'optimizer';
  readonly name: string;
  readonly acceptsRowGradients = true;
  readonly #slots = new Map<string, Slot>();
  #rate = 0.01;
  #rateFactor = 1;
  #stepCount = 0;

  constructor(private readonly weights: readonly Weight[], private readonly bug?: MomentumBug) {
    this.name = bug === 'is called otherwise' ? 'descent' : 'momentum';
    if (bug === 'draws its rate') this.#rate = 0.01 + 0.01 * Math.random();
    for (const { name, variable, trainable } of weights) if (trainable) this.#slots.set(name, { weight: variable, velocity: tf.zerosLike(variable) });
  }

  get stepCount(): number {
    return this.#stepCount;
  }

  apply(gradients: ReadonlyMap<string, Gradient>, rateFactor = 1): void {
    this.#rateFactor = this.bug === 'ignores rate factors' ? 1 : rateFactor;
    if (this.bug === 'keeps tensors') tf.keep(tf.scalar(1));
    const tables = this.bug === 'checks as it goes' ? this.#updatedAsChecked(gradients) : new Map(Array.from(gradients, ([name, gradient]) => [name, this.#checked(name, gradient)]));
    if (this.bug !== 'counts gradients' || gradients.size > 0) this.#stepCount++;
    const leaves = this.bug === 'skips missing gradients' || this.bug === 'checks as it goes';
    for (const [name, { weight }] of this.#slots) if (!leaves || tables.has(name)) this.#update(name, tables.get(name) ?? tf.zerosLike(weight));
    if (this.bug === 'decays frozen weights') for (const { variable, trainable } of this.weights) if (!trainable) tf.tidy(() => variable.assign(tf.mul(variable, 0.9)));
  }

  state(): ComponentState {
    const slots = this.bug === 'forgets slots' ? [] : Array.from(this.#slots, ([name, { velocity }]) => [name, velocity.clone()] as const);
    return { tensors: Object.fromEntries(slots), values: { stepCount: this.#stepCount, rate: this.#rate } };
  }

  restore(state: ComponentState): void {
    const stepCount = savedCount(state, 'stepCount');
    const saved = this.bug === 'forgets slots' ? [] : Array.from(this.#slots.entries(), ([name, { weight }]) => [name, savedTensor(state, name, weight.shape, 'float32')] as const);
    saved.forEach(([name, tensor]) => this.#replace(name, tensor.clone()));
    this.#stepCount = stepCount;
    this.#rate = state.values.rate as number;
  }

  dispose(): void {
    this.#slots.forEach(({ velocity }) => velocity.dispose());
  }

  /** Updates each weight as its gradient is found to fit; gives zeros for the others. */
  #updatedAsChecked(gradients: ReadonlyMap<string, Gradient>): Map<string, Tensor> {
    const zeros = new Map(Array.from(this.#slots, ([name, { weight }]) => [name, tf.zerosLike(weight) as Tensor]));
    for (const [name, gradient] of gradients) {
      const checked = this.#checked(name, gradient);
      zeros.get(name)!.dispose();
      zeros.delete(name);
      this.#update(name, checked);
    }
    return zeros;
  }

  #checked(name: string, gradient: Gradient): Tensor {
    const slot = this.#slots.get(name);
    const table = gradient instanceof tf.Tensor ? gradient.clone() : this.#tableOf(gradient, slot!.weight.shape[0]!);
    if (slot !== undefined && tf.util.arraysEqual(table.shape, slot.weight.shape)) return table;
    table.dispose();
    if (this.bug === 'throws plain errors') throw new RangeError(`no gradient of '${name}' was expected`);
    throw new GramkitError('ENGINE_FAILED', `'${name}' is none of the weights, or its gradient has another shape`, { field: name, fix: 'give gradients of the weights' });
  }

  #tableOf(gradient: Exclude<Gradient, Tensor>, rows: number): Tensor {
    if (this.bug !== 'takes means of rows') return rowsToTable(gradient, rows);
    return tf.tidy(() => tf.div(rowsToTable(gradient, rows), tf.maximum(rowsToTable({ ...gradient, values: tf.onesLike(gradient.values) }, rows), 1)));
  }

  #update(name: string, gradient: Tensor): void {
    const { weight, velocity } = this.#slots.get(name)!;
    const rate = this.bug === 'ascends numbers' && weight.rank === 0 ? -this.#rate : this.#rate;
    const next = tf.tidy(() => tf.add(tf.mul(velocity, 0.9), gradient));
    tf.tidy(() => weight.assign(tf.sub(weight, tf.mul(next, rate * this.#rateFactor))));
    gradient.dispose();
    this.#replace(name, next);
  }

  #replace(name: string, velocity: Tensor): void {
    const slot = this.#slots.get(name)!;
    slot.velocity.dispose();
    slot.velocity = velocity;
  }
}
