import * as tf from '@tensorflow/tfjs-core';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import type { Batch, Optimizer } from '@gramkit/spec';
import { uploadRows } from './device-batch.js';
import { readLoss } from './finite-loss.js';
import { applyGradients } from './gradients.js';
import { seedTensor } from './seeds.js';
import type { SequencePasses } from './sequence-passes.js';

export interface TableStepInput {
  readonly sequenceModel: SequencePasses;
  readonly sequenceModelOptimizer: Optimizer;
  /** Encodings of the whole catalogue `[catalogue, dimension]`. */
  readonly table: Tensor2D;
  readonly batch: Batch;
  /** The run's seed. */
  readonly seed: number;
  /** Zero-based; with the seed it decides the dropout masks. */
  readonly step: number;
}

/**
 * A step of the sequence model alone on a table of encodings that stay as they are.
 * @throws GramkitError NUMERIC_FAILURE where the loss is no finite number: no weight has changed then.
 */
export async function tableStep(input: TableStepInput): Promise<{ loss: number; predictions: number }> {
  const { sequenceModel, table, batch } = input;
  const seed = seedTensor(input.seed, 'sequenceModelMasks', input.step);
  const gradients = tf.tidy(() => sequenceModel.weightGradients(tf.gather(table, uploadRows(batch.itemIds)), batch, seed));
  try {
    const report = await readLoss(gradients, input.step);
    applyGradients(input.sequenceModelOptimizer, gradients.weights, sequenceModel.model.weights);
    return report;
  } finally {
    tf.dispose([seed, gradients]);
  }
}
