import * as tf from '@tensorflow/tfjs-core';
import type { Scalar, Tensor2D } from '@tensorflow/tfjs-core';
import type { Batch, Optimizer, SequenceModel } from '@gramkit/spec';
import { uploadBatch, uploadRows } from './device-batch.js';
import { readLoss } from './finite-loss.js';
import { applyGradients } from './gradients.js';
import { seedTensor } from './seeds.js';
import { sequenceGradients } from './sequence-gradients.js';
import type { SequenceGradients } from './sequence-gradients.js';

export interface TableStepInput {
  readonly sequenceModel: SequenceModel;
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
  const seed = seedTensor(input.seed, 'sequenceModelMasks', input.step);
  const gradients = tableGradients(input, seed);
  try {
    const report = await readLoss(gradients, input.step);
    applyGradients(input.sequenceModelOptimizer, gradients.weights);
    return report;
  } finally {
    tf.dispose([seed, gradients]);
  }
}

function tableGradients({ sequenceModel, table, batch }: TableStepInput, seed: Scalar): SequenceGradients {
  return tf.tidy(() => {
    const encodings = tf.gather(table, uploadRows(batch.itemIds));
    return sequenceGradients(sequenceModel, encodings, uploadBatch(batch), { training: true, seed });
  });
}
