import * as tf from '@tensorflow/tfjs-core';
import type { Scalar } from '@tensorflow/tfjs-core';
import type { Batch, PreparedItems } from '@gramkit/spec';
import type { EncoderPasses } from './encoder-passes.js';
import type { Gradients } from './gradients.js';
import { recordEncoding } from './recorded-encoding.js';
import type { RecordingOptions } from './recorded-encoding.js';
import type { SequencePasses } from './sequence-passes.js';
import type { EncoderCost } from './step-cost.js';

export interface JointGradientsInput extends RecordingOptions {
  readonly encoder: EncoderPasses;
  readonly sequenceModel: SequencePasses;
  readonly catalogue: PreparedItems;
  /** Catalogue rows to encode: the references of `batch` point to them. */
  readonly rows: Int32Array;
  readonly batch: Pick<Batch, 'references' | 'fields'>;
  /** int32 scalars that decide the dropout masks. */
  readonly seeds: { readonly encoder: Scalar; readonly sequenceModel: Scalar };
}

/** Loss and gradients of one step through both networks. `tf.dispose` frees them. */
export type JointGradients = {
  readonly loss: Scalar;
  readonly count: Scalar;
  /** dL/dphi */
  readonly sequenceModel: Gradients;
  /** dL/dtheta */
  readonly encoder: Gradients;
};

/**
 * Gradients of the loss with respect to both networks, the encoder having run once over `rows`:
 * `g_u = dL/dh_u`, then `dL/dtheta = sum_u <g_u, dCE(c_u)/dtheta>`, the gradient of the surrogate `sum_u <stop(g_u), CE(c_u)>`
 * and of the paper's `1/2 sum_u ||(h_u - g_u) - CE(c_u)||^2` alike, without the cancellation in `h - (h - g)`.
 */
export function jointGradients(input: JointGradientsInput): { readonly gradients: JointGradients; readonly cost: EncoderCost } {
  const { encoder, sequenceModel, catalogue, rows, seeds } = input;
  const recorded = recordEncoding(encoder, catalogue, rows, seeds.encoder, input);
  try {
    const gradients = tf.tidy(() => {
      const sequence = sequenceModel.rowGradients(recorded.encodings, input.batch, seeds.sequenceModel);
      return { loss: sequence.loss, count: sequence.count, sequenceModel: sequence.weights, encoder: recorded.pullBack(sequence.rows) };
    });
    return { gradients, cost: recorded.cost() };
  } finally {
    recorded.dispose();
  }
}
