import type { Tensor, Variable } from '@tensorflow/tfjs-core';

/** Version of the contracts in this package. A plugin states the one it was written for. */
export const specificationVersion = 1;
export type SpecificationVersion = typeof specificationVersion;

/** The kinds of component that a configuration can name. */
export const componentKinds = ['tokenizer', 'encoder', 'model', 'strategy', 'optimizer', 'reader'] as const;
export type ComponentKind = (typeof componentKinds)[number];

/** The task that a sequence model and a data set share. */
export const tasks = ['knowledge-tracing', 'recommendation'] as const;
export type Task = (typeof tasks)[number];

/** What every component of a run carries. */
export interface Component {
  readonly specificationVersion: SpecificationVersion;
  readonly kind: ComponentKind;
  /** The name under which a configuration finds it. */
  readonly name: string;
  /** Frees every tensor that the component holds. Idempotent. */
  dispose(): void;
}

/** A named parameter tensor. The variable's data is replaced by an optimizer; its shape never changes. */
export interface Weight {
  /** Unique within the component, stable across versions: checkpoints and exports use it. */
  readonly name: string;
  readonly variable: Variable;
  /** Frozen weights get no gradient and no optimizer slot. */
  readonly trainable: boolean;
}

/** JSON, as it is written into checkpoints. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/**
 * Everything a component must keep to go on exactly where it stopped.
 * `state()` returns tensors that the caller disposes; `restore()` copies what it needs and disposes nothing.
 */
export interface ComponentState {
  readonly tensors: Readonly<Record<string, Tensor>>;
  readonly values: Readonly<Record<string, Json>>;
}

/** A component with state beyond its weights. */
export interface Checkpointable {
  state(): ComponentState;
  /** @throws GramkitError CHECKPOINT_MISMATCH where a tensor or value is missing or has another shape. */
  restore(state: ComponentState): void;
}
