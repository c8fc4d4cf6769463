import type { Component } from '@gramkit/spec';
import * as tf from '@tensorflow/tfjs-core';
import { demand } from '../check.js';

/**
 * Disposes a component, twice; then there are as many tensors as before it was created.
 * @param mend what its `dispose` has to free
 */
export function demandDisposal(component: Pick<Component, 'kind' | 'dispose'>, tensorsBefore: number, mend: string): void {
  component.dispose();
  component.dispose();
  const kept = tf.memory().numTensors - tensorsBefore;
  demand(kept === 0, `after its disposal the ${component.kind} still holds ${kept} tensors, or freed some that were not its own`, mend);
}
