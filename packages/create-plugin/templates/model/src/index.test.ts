import { testModel } from '@gramkit/plugin-testkit';
import type { DeviceBatch } from '@gramkit/spec';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import plugin, { modelOptions, PastAnswersModel } from './index.js';

testModel(plugin, { options: { projection: 4 } });

describe('the model', () => {
  /** The logits of the last two answers of a student who got `first` and `second` right or wrong; items 0 and 1 are alike, item 2 is unlike both. */
  function logitsAfter(first: 0 | 1, second: 0 | 1): number[] {
    const model = new PastAnswersModel(3, 1, modelOptions.parse({ projection: 3 }));
    const named = Object.fromEntries(model.weights.map(({ name, variable }) => [name, variable]));
    tf.tidy(() => named['projection.weight']!.assign(tf.eye(3)));
    for (const name of ['projection.bias', 'difficulty.weight', 'difficulty.bias', 'record']) named[name]!.assign(tf.zerosLike(named[name]!));
    const batch: DeviceBatch = { references: { items: tf.tensor2d([[0, 2, 1]], [1, 3], 'int32') }, fields: { responses: tf.tensor2d([[first, second, 1]]), lengths: tf.tensor1d([3], 'int32') } };
    const encodings = tf.tensor2d([[1, 0, 0], [1, 0, 0], [0, 1, 0]]);
    return Array.from(model.score(encodings, batch).scores.dataSync());
  }

  it('expects a right answer where an item alike was answered rightly, whatever was answered of others', () => {
    expect(logitsAfter(1, 0)).toEqual([0, 0.5]);
    expect(logitsAfter(1, 1)).toEqual([0, 0.5]);
    expect(logitsAfter(0, 1)).toEqual([0, -0.5]);
  });
});
