import type { EvaluationBatch } from '@gramkit/data';
import type { SequenceModel } from '@gramkit/spec';
import { uploadBatch } from '@gramkit/tensor';
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import type { EvaluationMetrics } from '../metrics/evaluation-metrics.js';
import { KnowledgeTracingAccumulator } from '../metrics/knowledge-tracing-metrics.js';
import { RecommendationAccumulator } from '../metrics/recommendation-metrics.js';
import { type PredictionRecorder, PredictionsWriter } from '../predictions/test-predictions.js';
import type { RunData } from './run-data.js';

/** The predictions of a batch `[rows, width]`, read back row by row; whether its items were met in training is looked up. */
interface PredictedBatch {
  readonly width: number;
  readonly scores: ArrayLike<number>;
  readonly labels: ArrayLike<number>;
  readonly valid: ArrayLike<number>;
  readonly isSeen: (position: number) => boolean;
  /** Store numbers: knowledge tracing, of each position; recommendation, of each row. */
  readonly users: Int32Array;
}

/** Gathers predictions into the metrics of a task. */
interface Gatherer {
  add(predicted: PredictedBatch): void;
  result(): EvaluationMetrics;
}

/**
 * Quality of a sequence model on held-out users, with the item encodings `[catalogue, dimension]` it is given: always those of the current encoder,
 * never what training left behind. `recorder` is told every prediction.
 * @throws GramkitError NUMERIC_FAILURE where a prediction is no number.
 */
export async function evaluate(model: SequenceModel, itemEncodings: Tensor2D, data: RunData, part: 'validation' | 'test', recorder?: PredictionRecorder): Promise<EvaluationMetrics> {
  const gatherer = model.task === 'recommendation' ? recommendationGatherer(recorder) : knowledgeTracingGatherer(recorder);
  for await (const batch of data.evaluationBatches(part)) {
    gatherer.add(await predict(model, itemEncodings, batch, data.seenInTraining));
    await recorder?.flush();
  }
  return gatherer.result();
}

/**
 * The same, with what the bootstrap needs of every prediction kept in a file.
 * @throws GramkitError NUMERIC_FAILURE; OUTPUT_UNWRITABLE
 */
export async function evaluateRecorded(model: SequenceModel, itemEncodings: Tensor2D, data: RunData, part: 'validation' | 'test', predictionsFile: string): Promise<EvaluationMetrics> {
  const writer = await PredictionsWriter.create(predictionsFile, model.task);
  try {
    const metrics = await evaluate(model, itemEncodings, data, part, writer);
    await writer.finish();
    return metrics;
  } finally {
    await writer.discard();
  }
}

function knowledgeTracingGatherer(recorder: PredictionRecorder | undefined): Gatherer {
  const gathered = new KnowledgeTracingAccumulator();
  return {
    add: ({ scores, labels, valid, isSeen, users }) => {
      for (let position = 0; position < scores.length; position++) {
        if (valid[position] !== 1) continue;
        const prediction = [scores[position]!, labels[position] === 1, isSeen(position)] as const;
        gathered.add(...prediction);
        recorder?.response(...prediction, users[position]!);
      }
    },
    result: () => gathered.result(),
  };
}

/** One row is one impression. */
function recommendationGatherer(recorder: PredictionRecorder | undefined): Gatherer {
  const gathered = new RecommendationAccumulator();
  return {
    add: ({ width, scores, labels, valid, isSeen, users }) => {
      for (let start = 0, row = 0; start < scores.length; start += width, row++) {
        const candidates = Array.from({ length: width }, (_, column) => start + column).filter((position) => valid[position] === 1);
        if (candidates.length === 0) continue;
        const measured = gathered.add(candidates.map((position) => scores[position]!), candidates.map((position) => labels[position]!), candidates.map((position) => (isSeen(position) ? 1 : 0)));
        if (measured !== undefined) recorder?.impression(measured, users[row]!);
      }
    },
    result: () => gathered.result(),
  };
}

async function predict(model: SequenceModel, itemEncodings: Tensor2D, batch: EvaluationBatch, seenInTraining: Uint8Array): Promise<PredictedBatch> {
  const predictions = tf.tidy(() => {
    const rows = tf.tensor1d(batch.itemIds, 'int32') as Tensor1D;
    const { scores, labels, valid, references } = model.score(tf.gather(itemEncodings, rows), uploadBatch(batch));
    return [scores, labels, valid, references];
  });
  const width = predictions[0]!.shape.at(-1)!;
  const [scores, labels, valid, references] = await readBack(predictions);
  return { width, scores: scores!, labels: labels!, valid: valid!, isSeen: (position) => seenInTraining[batch.itemIds[references![position]!]!] === 1, users: batch.users };
}

async function readBack(tensors: readonly Tensor[]): Promise<ArrayLike<number>[]> {
  try {
    return await Promise.all(tensors.map((tensor) => tensor.data<'float32'>()));
  } finally {
    tf.dispose([...tensors]);
  }
}
