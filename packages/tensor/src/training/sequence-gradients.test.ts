import { loadEngine } from '@gramkit/engine-tensorflow';
import type { Batch, Engine, SequenceModel } from '@gramkit/spec';
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { SequencePasses } from './sequence-passes.js';

let engine: Engine;
beforeAll(async () => {
  engine = await loadEngine();
});

/** L = mean over the references of (w h)^2. */
function squares(): SequenceModel {
  const variable = tf.tidy(() => tf.variable(tf.tensor2d([0.5, -2], [2, 1])));
  return {
    specificationVersion: 1, kind: 'model', name: 'squares', task: 'knowledge-tracing', weights: [{ name: 'w', variable, trainable: true }],
    loss: (encodings, batch) => {
      const gathered = tf.gather(encodings, batch.references['items'] as tf.Tensor1D);
      const scores = tf.square(tf.matMul(gathered, variable as unknown as Tensor2D));
      return { loss: tf.mean(scores), count: tf.scalar(scores.shape[0]), scores: scores as Tensor2D };
    },
    score: () => {
      throw new Error('not scored here');
    },
    dispose: () => variable.dispose(),
  };
}

function batchOf(weight?: number): Pick<Batch, 'references' | 'fields'> {
  return {
    references: { items: { dtype: 'int32', shape: [3], data: Int32Array.of(0, 1, 0) } },
    fields: weight === undefined ? {} : { weight: { dtype: 'float32', shape: [], data: Float32Array.of(weight) } },
  };
}

describe.each(['as they come', 'compiled'])('gradients of a sequence model, %s', (way) => {
  it('are those of the mean loss, times the weight of a batch that has one, and the loss stays the mean', () => {
    const model = squares();
    const passes = new SequencePasses(model, way === 'compiled' ? engine : undefined);
    const encodings = tf.tensor2d([[1, 3], [-2, 0.25]]);
    const seed = tf.scalar(0, 'int32');
    const found = (weight?: number) => {
      const { loss, weights, rows } = passes.rowGradients(encodings, batchOf(weight), seed);
      const ofWeightsAlone = passes.weightGradients(encodings, batchOf(weight), seed);
      return { loss: loss.dataSync()[0]!, weights: [...(weights['w'] as Tensor).dataSync()], rows: [...rows.dataSync()], alone: [...(ofWeightsAlone.weights['w'] as Tensor).dataSync()] };
    };
    // w h = -5.5 and -1.5: the first row is read twice, the second once.
    expect(found().loss).toBeCloseTo((2 * 5.5 ** 2 + 1.5 ** 2) / 3, 5);
    expect(found().rows).toEqual([-11 / 3, 44 / 3, -0.5, 2].map((value) => expect.closeTo(value, 4)));
    expect(found().weights).toEqual([-16 / 3, -22.25].map((value) => expect.closeTo(value, 4)));
    for (const weight of [1, 0.25, 1.75]) {
      const times = (values: readonly number[]) => values.map((value) => expect.closeTo(weight * value, 4));
      expect(found(weight)).toEqual({ loss: expect.closeTo(found().loss, 5), weights: times(found().weights), rows: times(found().rows), alone: times(found().alone) });
    }
    passes.dispose();
    model.dispose();
  });
});
