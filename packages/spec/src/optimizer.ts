import type { Tensor } from '@tensorflow/tfjs-core';
import type { Checkpointable, Component } from './component.js';

/** Updates the weights it was made for; owns its slots, step count and schedule. */
export interface Optimizer extends Component, Checkpointable {
  readonly kind: 'optimizer';
  /** Updates made so far. */
  readonly stepCount: number;
  /**
   * One update. A trainable weight without a gradient counts as one of zeros. Disposes none of the gradients.
   * @throws GramkitError ENGINE_FAILED for a gradient of an unknown weight or of another shape.
   */
  apply(gradients: ReadonlyMap<string, Tensor>): void;
}
