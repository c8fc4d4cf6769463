import type { ItemEncoder } from '@gramkit/spec';
import { Adam, adamOptions, applyGradients, EncoderPasses, type Gradients, normal, randomSource } from '@gramkit/tensor';
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import type { EncoderTrial } from './encoder-trial.js';

type Encoded = Pick<EncoderTrial, 'catalogue' | 'rows'>;

/** Standard normal, of the shape of some encodings. */
export function cotangentOf(shape: readonly number[]): Tensor2D {
  return normal(shape, 1, randomSource(7)) as Tensor2D;
}

/** The gradient of `<cotangent, encode>` by one pass in training over the items. The caller disposes it. */
export function recordedGradients(passes: EncoderPasses, { catalogue, rows }: Encoded, seed = 1): Gradients {
  return tf.tidy(() => {
    const recorded = passes.record(catalogue, Int32Array.from(rows), tf.scalar(seed, 'int32'));
    try {
      return recorded.pullBack(cotangentOf(recorded.encodings.shape));
    } finally {
      recorded.dispose();
    }
  });
}

/** Steps of Adam on such gradients. */
export function train(encoder: ItemEncoder, encoded: Encoded, steps = 2): void {
  const optimizer = new Adam(encoder.weights, adamOptions.parse({ learningRate: 0.05 }));
  const passes = new EncoderPasses(encoder);
  try {
    for (let step = 1; step <= steps; step++) tf.tidy(() => applyGradients(optimizer, recordedGradients(passes, encoded, step), encoder.weights));
  } finally {
    passes.dispose();
    optimizer.dispose();
  }
}
