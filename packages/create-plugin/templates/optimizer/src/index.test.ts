import { testOptimizer } from '@gramkit/plugin-testkit';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import plugin, { Momentum, optimizerOptions } from './index.js';

testOptimizer(plugin, { options: { learningRate: 0.1 } });

describe('the optimizer', () => {
  it('keeps its velocity, also where a weight has no gradient', () => {
    const variable = tf.variable(tf.tensor1d([1, 2]));
    const optimizer = new Momentum([{ name: 'w', variable, trainable: true }], optimizerOptions.parse({ learningRate: 0.5, momentum: 0.5 }));
    optimizer.apply(new Map([['w', tf.tensor1d([2, -2])]])); // v = [2, -2]
    expect(Array.from(variable.dataSync())).toEqual([0, 3]);
    optimizer.apply(new Map()); // v = [1, -1]
    expect(Array.from(variable.dataSync())).toEqual([-0.5, 3.5]);
    expect([optimizer.stepCount, optimizer.lastUpdate]).toEqual([2, { learningRate: 0.5 }]);
  });
});
