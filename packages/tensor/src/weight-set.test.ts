import * as tf from '@tensorflow/tfjs-core';
import { loadEngine } from '@gramkit/engine-tensorflow';
import { beforeAll, describe, expect, it } from 'vitest';
import { normal } from './initializers.js';
import { WeightSet } from './weight-set.js';

beforeAll(async () => void (await loadEngine()));

describe('WeightSet', () => {
  it('names what it makes in order, with shapes and ranges of PyTorch', () => {
    const before = tf.memory().numTensors;
    const set = new WeightSet(3);
    set.linear('a', 20, 100);
    set.layerNorm('b', 5);
    set.matrix('c', 2, 4);
    expect(set.all.map(({ name, variable }) => [name, variable.shape])).toEqual([
      ['a.weight', [20, 100]], ['a.bias', [20]], ['b.weight', [5]], ['b.bias', [5]], ['c', [2, 4]],
    ]);
    const largest = (index: number) => Math.max(...set.all[index]!.variable.dataSync().map(Math.abs));
    expect(largest(0)).toBeLessThanOrEqual(0.1);
    expect(largest(0)).toBeGreaterThan(0.0995);
    expect(largest(1)).toBeGreaterThan(0.08);
    expect(Array.from(set.all[2]!.variable.dataSync())).toEqual([1, 1, 1, 1, 1]);
    expect(Array.from(set.all[3]!.variable.dataSync())).toEqual([0, 0, 0, 0, 0]);
    expect(tf.memory().numTensors).toBe(before + set.all.length);
    tf.dispose(set.all.map(({ variable }) => variable));
  });

  it('draws a weight from the seed and its own name, whatever else there is', () => {
    const drawn = (seed: number, ...names: string[]) => {
      const set = new WeightSet(seed);
      return names.map((name) => Array.from(set.add(name, (source) => normal([4], 1, source)).dataSync())).at(-1);
    };
    expect(drawn(1, 'x', 'y')).toEqual(drawn(1, 'y'));
    expect(drawn(1, 'y')).not.toEqual(drawn(2, 'y'));
    expect(drawn(1, 'x')).not.toEqual(drawn(1, 'y'));
  });

  it('makes a layer of an LSTM, and a frozen weight where it is told to', () => {
    const set = new WeightSet(5);
    const layer = set.lstmLayer('forward', 3, 100);
    set.add('fixed', () => tf.zeros([2]), false);
    expect(set.all.map(({ name, variable, trainable }) => [name, variable.shape, trainable])).toEqual([
      ['forward.inputWeights', [3, 400], true], ['forward.recurrentWeights', [100, 400], true], ['forward.inputBias', [400], true], ['forward.recurrentBias', [400], true], ['fixed', [2], false],
    ]);
    expect(layer.inputBias).toBe(set.all[2]!.variable);
    for (const { variable } of set.all.slice(0, 4)) expect(Math.max(...variable.dataSync().map(Math.abs))).toBeCloseTo(0.1, 2);
    tf.dispose(set.all.map(({ variable }) => variable));
  });
});
