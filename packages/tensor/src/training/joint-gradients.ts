import * as tf from '@tensorflow/tfjs-core';
import type { Scalar, Tensor2D } from '@tensorflow/tfjs-core';
import type { Batch, PreparedItems } from '@gramkit/spec';
import type { EncoderPasses } from './encoder-passes.js';
import { firstRows } from './filled-rows.js';
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
  /** Encodings `[constants, dimension]` to which nothing is propagated: the references of `batch` count them on behind `rows`. */
  readonly constants?: Tensor2D;
  readonly batch: Pick<Batch, 'references' | 'fields'>;
  /** int32 scalars that decide the dropout masks. */
  readonly seeds: { readonly encoder: Scalar; readonly sequenceModel: Scalar };
}

/** Loss and gradients of one step through both networks. `tf.dispose` frees them. */
export type JointGradients = {
  readonly loss: Scalar;
  readonly count: Scalar;
  /** Of `rows` `[rows, dimension]`. */
  readonly encodings: Tensor2D;
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
  const { encoder, sequenceModel, catalogue, rows, constants, seeds } = input;
  const recorded = recordEncoding(encoder, catalogue, rows, seeds.encoder, input);
  try {
    const gradients = tf.tidy(() => {
      const encodings = recorded.encodings.clone();
      const sequence = sequenceModel.rowGradients(withConstants(encodings, constants), input.batch, seeds.sequenceModel);
      const encoder = recorded.pullBack(firstRows(sequence.rows, rows.length));
      return { loss: sequence.loss, count: sequence.count, encodings, sequenceModel: sequence.weights, encoder };
    });
    return { gradients, cost: recorded.cost() };
  } finally {
    recorded.dispose();
  }
}

function withConstants(encodings: Tensor2D, constants: Tensor2D | undefined): Tensor2D {
  if (constants === undefined) return encodings;
  return encodings.shape[0] === 0 ? constants : tf.concat([encodings, constants], 0);
}
