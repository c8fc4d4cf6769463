import { type Checkpointable, type ComponentState, GramkitError, type Weight } from '@gramkit/spec';
import * as tf from '@tensorflow/tfjs-core';

/** Something that a checkpoint keeps, under a name of its own. */
export interface CheckpointPart {
  readonly name: string;
  /** What to write; valid until `release`. */
  save(): ComponentState;
  release(saved: ComponentState): void;
  /** @throws GramkitError CHECKPOINT_MISMATCH */
  restore(state: ComponentState): void;
}

/** The weights of an encoder or a sequence model, frozen ones among them. */
export function weightsPart(name: string, weights: readonly Weight[]): CheckpointPart {
  return {
    name,
    save: () => ({ tensors: Object.fromEntries(weights.map((weight) => [weight.name, weight.variable])), values: {} }),
    release: () => undefined,
    restore: (state) => restoreWeights(name, weights, state),
  };
}

/** The state of an optimizer or a strategy. */
export function statePart(name: string, component: Checkpointable): CheckpointPart {
  return {
    name,
    save: () => component.state(),
    release: (saved) => tf.dispose(Object.values(saved.tensors)),
    restore: (state) => component.restore(state),
  };
}

function restoreWeights(name: string, weights: readonly Weight[], state: ComponentState): void {
  const expected = new Set(weights.map((weight) => weight.name));
  const unexpected = Object.keys(state.tensors).find((tensor) => !expected.has(tensor));
  if (unexpected !== undefined) throw mismatch(name, unexpected, 'is in the checkpoint and not in the component');
  for (const { name: weight, variable } of weights) {
    const saved = state.tensors[weight];
    if (saved === undefined) throw mismatch(name, weight, 'is missing in the checkpoint');
    if (saved.shape.join() !== variable.shape.join()) throw mismatch(name, weight, `has the shape [${saved.shape.join(', ')}] in the checkpoint and [${variable.shape.join(', ')}] in the component`);
    variable.assign(saved);
  }
}

function mismatch(part: string, tensor: string, found: string): GramkitError {
  return new GramkitError('CHECKPOINT_MISMATCH', `the ${part} weight '${tensor}' ${found}`, { field: tensor, fix: 'Use the configuration that the checkpoint was made with.' });
}
