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
  /** What the last update tells, for the run's metrics: `learningRate`, `gradientNorm`. Absent before the first. */
  readonly lastUpdate?: Readonly<Record<string, number>>;
  /**
   * Told by a strategy, as it begins, how many updates it makes in all epochs; `undefined` where that depends on the data.
   * @throws GramkitError CONFIGURATION_INVALID where a schedule must know.
   */
  plan?(updates: number | undefined): void;
  /**
   * Does of `apply` what may fail, so that with the same map it will not: of networks that are updated together, none is where one would fail.
   * @throws GramkitError as `apply`.
   */
  prepare?(gradients: ReadonlyMap<string, Gradient>): void;
  /**
   * One update. A trainable weight without a gradient counts as one of zeros. Disposes none of the gradients.
   * @param rateFactor what the learning rate of this update is multiplied by, above 0 (1 where left out): the course that a strategy gives a part of
   *   its work, on top of the optimizer's own schedule
   * @throws GramkitError ENGINE_FAILED for a gradient of an unknown or frozen weight or of another shape, NUMERIC_FAILURE for gradients that are found
   * to be no numbers: none of its weights has changed then.
   */
  apply(gradients: ReadonlyMap<string, Gradient>, rateFactor?: number): void;
}
