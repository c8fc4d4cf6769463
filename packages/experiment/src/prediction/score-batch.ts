import type { Batch, SequenceModel } from '@gramkit/spec';
import { uploadBatch } from '@gramkit/tensor';
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';

/** The logits of a batch `[rows, width]`, row-major, with item encodings `[items, dimension]`. */
export async function scoreBatch(model: SequenceModel, itemEncodings: Tensor2D, batch: Batch): Promise<{ readonly scores: Float32Array; readonly width: number }> {
  const scores = tf.tidy(() => model.score(tf.gather(itemEncodings, tf.tensor1d(batch.itemIds, 'int32') as Tensor1D), uploadBatch(batch)).scores);
  try {
    return { scores: await scores.data<'float32'>(), width: scores.shape.at(-1)! };
  } finally {
    scores.dispose();
  }
}
