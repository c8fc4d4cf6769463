import * as tf from '@tensorflow/tfjs-core';
import type { Scalar } from '@tensorflow/tfjs-core';
import { GramkitError } from '@gramkit/spec';

/**
 * Reads loss and count of a step, in one go: the step's only read-back, after its gradients and before they are applied.
 * @param step zero-based, for the message
 * @throws GramkitError NUMERIC_FAILURE where the loss is no finite number; no weight has changed by then.
 */
export async function readLoss({ loss, count }: { readonly loss: Scalar; readonly count: Scalar }, step: number): Promise<{ loss: number; predictions: number }> {
  const both = tf.tidy(() => tf.stack([loss, count]));
  const [value, predictions] = await both.data();
  both.dispose();
  if (!Number.isFinite(value)) throw numericFailure(`The loss of step ${step + 1} is ${value}; its gradients were not applied`);
  return { loss: value!, predictions: predictions! };
}

export function numericFailure(message: string): GramkitError {
  return new GramkitError('NUMERIC_FAILURE', message, {
    fix: 'Go on from the last checkpoint with a smaller learning rate (or a longer warm-up of it), and check the batch for values that are no numbers.',
  });
}
