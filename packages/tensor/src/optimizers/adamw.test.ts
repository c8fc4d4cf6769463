import * as tf from '@tensorflow/tfjs-core';
import { loadEngine } from '@gramkit/engine-tensorflow';
import type { Gradient, Weight } from '@gramkit/spec';
import { beforeAll, describe, expect, it } from 'vitest';
import oracle from '../__fixtures__/adamw.json' with { type: 'json' };
import { adamwOptions, adamwPlugin, createAdamW } from './adamw.js';

type Recorded = Readonly<Record<string, { readonly shape: readonly number[]; readonly values: readonly number[] }>>;

const tensorOf = ({ shape, values }: Recorded[string]) => tf.tensor([...values], [...shape]);
const weightsOf = (recorded: Recorded): Weight[] => Object.entries(recorded).map(([name, tensor]) => ({ name, trainable: true, variable: tf.tidy(() => tf.variable(tensorOf(tensor))) }));
const valuesOf = (weights: readonly Weight[]) => weights.map(({ variable }) => Array.from(variable.dataSync()));

/** The recorded gradients; of the table of words either the whole of it or its rows, one of them in two parts. */
function gradientsOf(recorded: Recorded, inRows: boolean): Map<string, Gradient> {
  const gradients = new Map<string, Gradient>(Object.entries(recorded).map(([name, tensor]) => [name, tensorOf(tensor)]));
  const words = gradients.get('words.weight') as tf.Tensor2D;
  if (!inRows) return gradients;
  const values = tf.concat([tf.mul(tf.reverse(words, 0), tf.tensor2d([1, 1, 1, 3, 1, 1], [6, 1])), tf.mul(tf.slice(words, [2, 0], [1, 3]), -2)]) as tf.Tensor2D;
  gradients.set('words.weight', { rows: tf.tensor1d([5, 4, 3, 2, 1, 0, 2], 'int32'), values });
  return gradients;
}

describe('adamw', () => {
  beforeAll(async () => void (await loadEngine()));

  describe.each([['whole tables', false], ['gradients of rows', true]] as const)('given %s', (_, inRows) => {
    it.each(oracle.cases.map((recorded) => [JSON.stringify(recorded.options), recorded] as const))("takes the steps of PyTorch's AdamW, clipped and scheduled: %s", (__, recorded) => {
      const weights = weightsOf(recorded.start);
      const optimizer = createAdamW(weights, adamwOptions.parse(recorded.options));
      optimizer.plan(undefined);
      recorded.steps.forEach((step) => {
        optimizer.apply(gradientsOf(step.gradients, inRows));
        expect(optimizer.lastUpdate!.learningRate).toBeCloseTo(step.learningRate, 12);
        expect(Math.abs(optimizer.lastUpdate!.gradientNorm! / step.norm - 1)).toBeLessThan(1e-6);
        valuesOf(weights).forEach((values, index) => {
          const expected = (step.weights as Recorded)[weights[index]!.name]!.values;
          values.forEach((value, element) => expect(Math.abs(value - expected[element]!)).toBeLessThan(2e-6));
        });
      });
    });
  });

  it('decays matrices, and vectors only where told', () => {
    const decayed = (decayVectors: boolean) => {
      const weights = weightsOf({ matrix: { shape: [1, 2], values: [1, 2] }, bias: { shape: [2], values: [1, 2] } });
      createAdamW(weights, adamwOptions.parse({ learningRate: 0.5, weightDecay: 0.5, decayVectors })).apply(new Map());
      return valuesOf(weights);
    };
    expect(decayed(false)).toEqual([[0.75, 1.5], [1, 2]]);
    expect(decayed(true)).toEqual([[0.75, 1.5], [0.75, 1.5]]);
  });

  it('is a plugin of its own, and Adam has no decay', async () => {
    expect(adamwOptions.parse({})).toEqual({ learningRate: 1e-3, schedule: { kind: 'constant' }, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.01, decayVectors: false });
    const weights = weightsOf({ matrix: { shape: [1, 1], values: [1] } });
    const optimizer = await adamwPlugin.create({ options: adamwOptions.parse({ weightDecay: 1 }), weights });
    expect(optimizer.name).toBe('adamw');
    optimizer.apply(new Map());
    expect(valuesOf(weights)[0]![0]).toBeCloseTo(0.999, 6);
  });
});
