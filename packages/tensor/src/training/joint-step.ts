import * as tf from '@tensorflow/tfjs-core';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import type { Optimizer, StepReport } from '@gramkit/spec';
import { readLoss } from './finite-loss.js';
import { applyTogether } from './gradients.js';
import { jointGradients } from './joint-gradients.js';
import type { JointGradientsInput } from './joint-gradients.js';
import type { Networks } from './network-passes.js';
import { seedTensor } from './seeds.js';

/** Both networks and their separate optimizers. */
export interface TrainedPair extends Networks {
  readonly encoderOptimizer: Optimizer;
  readonly sequenceModelOptimizer: Optimizer;
}

/** What of a batch goes through the encoder, and what its references then point to. */
export interface EncodedBatch extends Pick<JointGradientsInput, 'rows' | 'constants' | 'batch'> {
  /** Told the encodings of `rows` `[rows, dimension]`, from before the update, once both networks are updated; copies what it needs. */
  readonly keep?: (encodings: Tensor2D) => void;
}

export interface JointStepInput extends EncodedBatch, Pick<JointGradientsInput, 'encoder' | 'sequenceModel' | 'catalogue' | 'chunkTokens' | 'graphBytes'> {
  readonly optimizers: Pick<TrainedPair, 'encoderOptimizer' | 'sequenceModelOptimizer'>;
  /** The run's seed. */
  readonly seed: number;
  /** Zero-based; with the seed it decides the dropout masks. */
  readonly step: number;
}

/**
 * A step of both networks on the same loss: gradients, the one look at the loss, then one update each.
 * @throws GramkitError NUMERIC_FAILURE where the loss is no finite number: no weight has changed then.
 */
export async function jointStep({ optimizers, seed, step, keep, ...input }: JointStepInput): Promise<StepReport> {
  const seeds = { encoder: seedTensor(seed, 'encoderMasks', step), sequenceModel: seedTensor(seed, 'sequenceModelMasks', step) };
  try {
    const { gradients, cost } = jointGradients({ ...input, seeds });
    try {
      const { loss, predictions } = await readLoss(gradients, step);
      applyTogether([
        { optimizer: optimizers.sequenceModelOptimizer, gradients: gradients.sequenceModel, weights: input.sequenceModel.model.weights },
        { optimizer: optimizers.encoderOptimizer, gradients: gradients.encoder, weights: input.encoder.encoder.weights },
      ]);
      keep?.(gradients.encodings);
      return { loss, predictions, ...cost };
    } finally {
      tf.dispose(gradients);
    }
  } finally {
    tf.dispose(seeds);
  }
}
