import type { Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import type { Checkpointable, Component } from './component.js';

/** The gradient of a table `[rows, width]` of which only some rows were read: zero elsewhere. A type, so that `tf.dispose` and `tf.tidy` take it. */
export type RowGradient = {
  /** int32 `[n]`; rows may repeat, and their values are added up. */
  readonly rows: Tensor1D;
  /** `[n, width]` */
  readonly values: Tensor2D;
};

export type Gradient = Tensor | RowGradient;

/** Updates the weights it was made for; owns its slots, step count and schedule. */
export interface Optimizer extends Component, Checkpointable {
  readonly kind: 'optimizer';
  /** True where `apply` takes gradients of rows; absent: it is given whole tables. */
  readonly acceptsRowGradients?: boolean;
  /** Updates made so far. */
  readonly stepCount: number;
  /**
   * One update. A trainable weight without a gradient counts as one of zeros. Disposes none of the gradients.
   * @throws GramkitError ENGINE_FAILED for a gradient of an unknown weight or of another shape.
   */
  apply(gradients: ReadonlyMap<string, Gradient>): void;
}
