import type { SequenceModel } from '@gramkit/spec';
import { uploadBatch } from '@gramkit/tensor';
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import { KnowledgeTracingAccumulator, type KnowledgeTracingMetrics } from '../metrics/knowledge-tracing-metrics.js';
import type { RunData } from './run-data.js';

/**
 * Quality of a sequence model on held-out users, with the item encodings `[catalogue, dimension]` it is given: always those of the current encoder,
 * never what training left behind.
 * @throws GramkitError NUMERIC_FAILURE where a prediction is no number.
 */
export async function evaluate(model: SequenceModel, itemEncodings: Tensor2D, data: RunData, part: 'validation' | 'test'): Promise<KnowledgeTracingMetrics> {
  const gathered = new KnowledgeTracingAccumulator();
  for await (const batch of data.evaluationBatches(part)) {
    const predictions = tf.tidy(() => {
      const rows = tf.tensor1d(batch.itemIds, 'int32') as Tensor1D;
      const { scores, labels, valid, references } = model.score(tf.gather(itemEncodings, rows), uploadBatch(batch));
      return [scores, labels, valid, references];
    });
    const [scores, labels, valid, references] = await readBack(predictions);
    for (let position = 0; position < scores!.length; position++) {
      if (valid![position] !== 1) continue;
      const item = batch.itemIds[references![position]!]!;
      gathered.add(scores![position]!, labels![position] === 1, data.seenInTraining[item] === 1);
    }
  }
  return gathered.result();
}

async function readBack(tensors: readonly Tensor[]): Promise<ArrayLike<number>[]> {
  try {
    return await Promise.all(tensors.map((tensor) => tensor.data<'float32'>()));
  } finally {
    tf.dispose([...tensors]);
  }
}
