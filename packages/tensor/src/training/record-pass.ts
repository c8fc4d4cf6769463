import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, TensorContainer } from '@tensorflow/tfjs-core';
import { GramkitError } from '@gramkit/spec';

type TapeNode = ReturnType<typeof tf.engine>['state']['activeTape'][number];

/**
 * A forward pass whose graph is kept, so that its gradient can be taken later, once.
 *
 * tfjs's own `grads` runs forward and backward in one call and holds every intermediate gradient to its end. A strategy needs
 * the two apart (encode; run the sequence model; only then is the encoder's cotangent known) and needs the memory.
 */
export interface RecordedPass<Value> {
  /** What the pass computed. The caller disposes it. */
  readonly value: Value;
  /**
   * `<cotangent, d from / d target>` for each target, `undefined` where `from` does not depend on it. Frees the graph as it goes.
   * @param from one of the tensors in `value`
   * @param cotangent of the shape of `from`; not disposed
   * @throws GramkitError ENGINE_UNSUPPORTED where an operation on the way has no gradient; TypeError when called a second time.
   */
  pullBack(from: Tensor, cotangent: Tensor, targets: readonly Tensor[]): (Tensor | undefined)[];
  /** Frees the graph. Idempotent; `value` is left alone. */
  dispose(): void;
}

/** Runs `compute` and keeps what its gradient needs. Passes may be recorded inside one another; each sees its own operations only. */
export function recordPass<Value extends TensorContainer>(compute: () => Value): RecordedPass<Value> {
  const tape: TapeNode[] = [];
  const value = withTape(tape, () => tf.tidy(compute));
  let spent = false;
  const dispose = () => {
    spent = true;
    tape.splice(0).forEach(freeSaved);
  };
  return {
    value,
    dispose,
    pullBack(from, cotangent, targets) {
      if (spent) throw new TypeError('The graph of this pass is gone: pullBack was called before, or dispose.');
      try {
        return tf.tidy(() => backpropagate(tape, from, cotangent, targets));
      } finally {
        dispose();
      }
    },
  };
}

/** The engine's tape is a public field of its state: a tape of our own takes its place while `compute` runs. */
function withTape<Value>(tape: TapeNode[], compute: () => Value): Value {
  const { state } = tf.engine();
  const { activeTape, gradientDepth } = state;
  state.activeTape = tape;
  state.gradientDepth = 1;
  try {
    return compute();
  } catch (error) {
    tape.splice(0).forEach(freeSaved);
    throw error;
  } finally {
    state.activeTape = activeTape;
    state.gradientDepth = gradientDepth;
  }
}

function backpropagate(tape: TapeNode[], from: Tensor, cotangent: Tensor, targets: readonly Tensor[]): (Tensor | undefined)[] {
  const dependent = dependentTensors(tape, targets);
  const gradients = new GradientMap(new Set([from.id, ...targets.map(({ id }) => id)]));
  gradients.add(from, cotangent.clone());
  for (let node = tape.pop(); node !== undefined; node = tape.pop()) {
    // Every consumer of the outputs stands later on the tape: their gradients are complete now, and needed here alone.
    if (node.outputs.some((output) => gradients.has(output))) pullThrough(node, dependent, gradients);
    node.outputs.forEach((output) => gradients.release(output));
    freeSaved(node);
  }
  return targets.map((target) => gradients.get(target)?.clone());
}

/** Ids of the tensors that are a function of a target, the targets included. */
function dependentTensors(tape: readonly TapeNode[], targets: readonly Tensor[]): ReadonlySet<number> {
  const dependent = new Set(targets.map(({ id }) => id));
  for (const { inputs, outputs } of tape) {
    if (Object.values(inputs).some(({ id }) => dependent.has(id))) outputs.forEach(({ id }) => dependent.add(id));
  }
  return dependent;
}

function pullThrough(node: TapeNode, dependent: ReadonlySet<number>, gradients: GradientMap): void {
  const inputs = Object.entries(node.inputs).filter(([, { id }]) => dependent.has(id));
  if (inputs.length === 0) return;
  const { gradient } = node;
  if (gradient === undefined) throw withoutGradient(node.kernelName);
  const inputGradients = tf.tidy(() => {
    // tfjs fills in zeros for an output that nothing depends on, though its type does not say so.
    const ofInputs = gradient(node.outputs.map((output) => gradients.get(output) ?? null) as Tensor[]);
    // A clone each: a gradient may be the incoming tensor itself, or the same tensor for two inputs, and all are freed on their own.
    return inputs.map(([name]) => (ofInputs[name] ?? missing(node.kernelName, name))().clone());
  });
  inputs.forEach(([, input], index) => gradients.add(input, inputGradients[index]!));
}

/** Gradients by tensor, each freed as soon as it has been passed on. */
class GradientMap {
  readonly #gradients = new Map<number, Tensor>();

  /** @param kept ids of the tensors whose gradients outlive the walk */
  constructor(private readonly kept: ReadonlySet<number>) {}

  has(tensor: Tensor): boolean {
    return this.#gradients.has(tensor.id);
  }

  get(tensor: Tensor): Tensor | undefined {
    return this.#gradients.get(tensor.id);
  }

  /** Takes `gradient` over. */
  add(tensor: Tensor, gradient: Tensor): void {
    const sum = this.#gradients.get(tensor.id);
    this.#gradients.set(tensor.id, sum === undefined ? gradient : addAndFree(sum, gradient));
  }

  release(tensor: Tensor): void {
    if (this.kept.has(tensor.id)) return;
    this.#gradients.get(tensor.id)?.dispose();
    this.#gradients.delete(tensor.id);
  }
}

/** `sum + term`; both are disposed. */
export function addAndFree(sum: Tensor, term: Tensor): Tensor {
  const total = tf.add(sum, term);
  sum.dispose();
  term.dispose();
  return total;
}

function freeSaved(node: TapeNode): void {
  node.saved?.forEach((tensor) => tensor.dispose());
}

function missing(kernelName: string, input: string): never {
  throw withoutGradient(`${kernelName} (input '${input}')`);
}

function withoutGradient(operation: string): GramkitError {
  return new GramkitError('ENGINE_UNSUPPORTED', `The operation ${operation} has no gradient, and a trained weight lies behind it`, {
    fix: 'Compute it another way, give it one by tf.customGrad, or freeze the weights behind it.',
  });
}
