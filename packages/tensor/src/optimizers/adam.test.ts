import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { loadEngine } from '@gramkit/engine-tensorflow';
import { isGramkitError, isPlugin, kernelNames } from '@gramkit/spec';
import type { ComponentState, Weight } from '@gramkit/spec';
import { beforeAll, describe, expect, it } from 'vitest';
import oracle from '../__fixtures__/adam.json' with { type: 'json' };
import { Adam, adamOptions, adamPlugin } from './adam.js';
import type { WeightDecay } from './adam.js';
import { plainAdamUpdate } from './adam-update.js';

const weightOf = (name: string, values: readonly number[], shape: number[] = [values.length], trainable = true): Weight => ({
  name,
  variable: tf.tidy(() => tf.variable(tf.tensor([...values], shape))),
  trainable,
});
const decayOf = (rate: number): WeightDecay => ({ rate, decays: () => true });
const valuesOf = (weight: Weight): number[] => Array.from(weight.variable.dataSync());

/** Works on the plain operations: as on an engine without the kernel. */
function withoutKernel<Result>(work: () => Result): Result {
  const kernel = tf.getKernel(kernelNames.adamUpdate, 'tensorflow');
  tf.unregisterKernel(kernelNames.adamUpdate, 'tensorflow');
  try {
    return work();
  } finally {
    tf.registerKernel(kernel);
  }
}

function codeOf(work: () => void): string | undefined {
  try {
    work();
  } catch (error) {
    return isGramkitError(error) ? error.code : String(error);
  }
  return undefined;
}

describe('Adam', () => {
  beforeAll(async () => void (await loadEngine()));

  const trajectories = [['with the kernel', (work: () => void) => work()], ['by plain operations', withoutKernel]] as const;

  describe.each(trajectories)('%s', (_, run) => {
    it.each(oracle.cases.map((recorded) => [JSON.stringify(recorded.options), recorded] as const))("takes the steps of PyTorch's AdamW: %s", (__, recorded) => {
      run(() => {
        const weight = weightOf('w', recorded.start.values, recorded.start.shape);
        const { weightDecay = 0, ...options } = recorded.options as { weightDecay?: number };
        const adam = new Adam([weight], adamOptions.parse(options), decayOf(weightDecay));
        recorded.gradients.forEach(({ values, shape }, step) => {
          adam.apply(new Map([['w', tf.tensor(values, shape)]]));
          valuesOf(weight).forEach((value, element) => expect(Math.abs(value - recorded.weights[step]!.values[element]!)).toBeLessThan(1e-6));
        });
        expect(adam.stepCount).toBe(recorded.gradients.length);
      });
    });
  });

  it('multiplies the learning rate of one update, and of no other, by the factor it is given', () => {
    const gradient = new Map([['w', tf.tensor([2, -3])]]);
    const plain = weightOf('w', [1, 1]);
    const scaled = weightOf('w', [1, 1]);
    const [one, other] = [new Adam([plain], adamOptions.parse({})), new Adam([scaled], adamOptions.parse({}))];
    one.apply(gradient);
    other.apply(gradient, 0.25);
    const [step, quarter] = [plain, scaled].map((weight) => valuesOf(weight).map((value) => value - 1));
    quarter!.forEach((change, element) => expect(change / step![element]!).toBeCloseTo(0.25, 3));
    expect(other.lastUpdate).toEqual({ learningRate: 0.25e-3 });
    other.apply(gradient);
    expect(other.lastUpdate).toEqual({ learningRate: 1e-3 });
    expect(other.stepCount).toBe(2);
  });

  it('takes the same steps by the kernel as by plain operations', () => {
    const adams = [0, 1].map(() => weightOf('w', [1, -2, 3])).map((weight) => ({ weight, adam: new Adam([weight], adamOptions.parse({ learningRate: 0.1 })) }));
    for (let step = 1; step <= 20; step++) {
      const gradients = new Map<string, Tensor>([['w', tf.tensor1d([Math.sin(step), 1e-3 * step, -5])]]);
      adams[0]!.adam.apply(gradients);
      withoutKernel(() => adams[1]!.adam.apply(gradients));
    }
    const [byKernel, plain] = adams.map(({ weight }) => valuesOf(weight));
    byKernel!.forEach((value, element) => expect(Math.abs(value - plain![element]!)).toBeLessThan(1e-6));
  });

  it('counts a missing gradient as zeros and leaves frozen weights alone', () => {
    const [moved, still, frozen] = [weightOf('moved', [1]), weightOf('still', [1]), weightOf('frozen', [1], [1], false)];
    const adam = new Adam([moved, still, frozen], adamOptions.parse({ learningRate: 0.1 }));
    adam.apply(new Map([['moved', tf.tensor1d([2])], ['still', tf.tensor1d([2])]]));
    const once = valuesOf(still)[0]!;
    adam.apply(new Map([['moved', tf.tensor1d([2])]]));
    // The mean of the gradient decays, and goes on to move the weight.
    const [m, v] = [0.9 * 0.1 * 2, 0.999 * 0.001 * 4];
    expect(valuesOf(still)[0]).toBeCloseTo(once - (0.1 * (m / (1 - 0.81))) / Math.sqrt(v / (1 - 0.999 ** 2)), 5);
    expect(valuesOf(moved)[0]).toBeCloseTo(0.8, 5);
    expect(valuesOf(frozen)).toEqual([1]);
    expect(Object.keys(adam.state().tensors)).toEqual(['moved.firstMoment', 'moved.secondMoment', 'still.firstMoment', 'still.secondMoment']);
  });

  it('refuses gradients of unknown or frozen weights and of other shapes, and changes nothing then', () => {
    const [weight, frozen] = [weightOf('w', [1, 2]), weightOf('frozen', [1], [1], false)];
    const adam = new Adam([weight, frozen], adamOptions.parse({}));
    const good: [string, Tensor] = ['w', tf.tensor1d([1, 1])];
    for (const bad of [['other', tf.tensor1d([1])], ['frozen', tf.tensor1d([1])]] as [string, Tensor][]) {
      expect(codeOf(() => adam.apply(new Map([good, bad])))).toBe('ENGINE_FAILED');
    }
    expect(codeOf(() => adam.apply(new Map([['w', tf.tensor1d([1])]])))).toBe('ENGINE_FAILED');
    expect(codeOf(() => adam.apply(new Map([['w', tf.tensor1d([1, 1], 'int32')]])))).toBe('ENGINE_FAILED');
    expect(valuesOf(weight)).toEqual([1, 2]);
    expect(adam.stepCount).toBe(0);
  });

  it('goes on bit for bit from a state, which later steps do not change', () => {
    const options = adamOptions.parse({ learningRate: 0.05, schedule: { kind: 'noam', warmUpSteps: 3 }, clipNorm: 2 });
    const gradientAt = (step: number) => new Map<string, Tensor>([['w', tf.tensor1d([Math.sin(step), Math.cos(3 * step), step])]]);
    const weight = weightOf('w', [1, 2, 3]);
    const whole = new Adam([weight], options, decayOf(0.01));
    for (let step = 0; step < 4; step++) whole.apply(gradientAt(step));
    const state = whole.state();
    const copy = weightOf('w', valuesOf(weight));
    const kept = Array.from(state.tensors['w.firstMoment']!.dataSync());
    for (let step = 4; step < 9; step++) whole.apply(gradientAt(step));
    expect(Array.from(state.tensors['w.firstMoment']!.dataSync())).toEqual(kept);
    const resumed = new Adam([copy], options, decayOf(0.01));
    resumed.restore(state);
    tf.dispose(state.tensors as Record<string, Tensor>);
    for (let step = 4; step < 9; step++) resumed.apply(gradientAt(step));
    expect(resumed.stepCount).toBe(9);
    expect(valuesOf(copy)).toEqual(valuesOf(weight));
    const [left, right] = [whole.state(), resumed.state()];
    for (const name of Object.keys(left.tensors)) expect(right.tensors[name]!.dataSync()).toEqual(left.tensors[name]!.dataSync());
  });

  it('refuses a state that lacks something or has another shape, and keeps its own', () => {
    const adam = new Adam([weightOf('w', [1, 2])], adamOptions.parse({}));
    adam.apply(new Map([['w', tf.tensor1d([1, 1])]]));
    const good = adam.state();
    const broken: ComponentState[] = [
      { ...good, values: {} },
      { ...good, values: { stepCount: 1.5 } },
      { ...good, tensors: { 'w.firstMoment': good.tensors['w.firstMoment']! } },
      { ...good, tensors: { ...good.tensors, 'w.secondMoment': tf.zeros([3]) } },
    ];
    for (const state of broken) expect(codeOf(() => adam.restore(state))).toBe('CHECKPOINT_MISMATCH');
    expect(adam.stepCount).toBe(1);
    expect(Array.from(adam.state().tensors['w.firstMoment']!.dataSync())).toEqual(Array.from(good.tensors['w.firstMoment']!.dataSync()));
  });

  describe('with a clipped norm', () => {
    it('shortens what is longer, leaves the rest alone, and tells the norm and the rate', () => {
      const [clipped, plain] = [weightOf('w', [1, 2]), weightOf('w', [1, 2])];
      const schedule = { kind: 'linear-warm-up', warmUpSteps: 4 };
      const adams = [new Adam([clipped], adamOptions.parse({ clipNorm: 1, schedule })), new Adam([plain], adamOptions.parse({ schedule }))] as const;
      expect(adams[0].lastUpdate).toBeUndefined();
      const shortened = 1 / (5 + 1e-6);
      for (const [given, expected] of [[[3, 4], [3 * shortened, 4 * shortened]], [[0.3, 0.4], [0.3, 0.4]]] as const) {
        adams[0].apply(new Map([['w', tf.tensor1d([...given])]]));
        adams[1].apply(new Map([['w', tf.tensor1d([...expected])]]));
      }
      expect(valuesOf(clipped)).toEqual(valuesOf(plain));
      expect(adams[0].lastUpdate!.learningRate).toBe(5e-4);
      expect(adams[0].lastUpdate!.gradientNorm).toBeCloseTo(0.5, 6);
      expect(adams[1].lastUpdate).toEqual({ learningRate: 5e-4 });
    });

    it.each([Number.NaN, Number.POSITIVE_INFINITY])('refuses %f, names what to do, and changes nothing', (bad) => {
      const [first, second] = [weightOf('first', [1, 2]), weightOf('second', [3])];
      const adam = new Adam([first, second], adamOptions.parse({ clipNorm: 1 }), decayOf(0.1));
      adam.apply(new Map([['first', tf.tensor1d([1, 1])]]));
      const gradients = new Map([['first', tf.tensor1d([1, 1])], ['second', tf.tensor1d([bad])]]);
      const before = [valuesOf(first), valuesOf(second)];
      const moments = Array.from(adam.state().tensors['first.firstMoment']!.dataSync());
      const tensors = tf.memory().numTensors;
      const refused = () => adam.apply(gradients);
      expect(refused).toThrow(expect.objectContaining({ code: 'NUMERIC_FAILURE', message: expect.stringMatching(/update 2 .*'adamw'/) as string, details: expect.objectContaining({ fix: expect.stringContaining('learning rate') as string }) as object }));
      expect(tf.memory().numTensors).toBe(tensors);
      expect([valuesOf(first), valuesOf(second)]).toEqual(before);
      expect(Array.from(adam.state().tensors['first.firstMoment']!.dataSync())).toEqual(moments);
      expect(adam.stepCount).toBe(1);
    });

    it('takes gradients of rows for the table they stand for', () => {
      const table = () => weightOf('t', [1, 2, 3, 4, 5, 6, 7, 8], [4, 2]);
      const [byRows, byTable] = [table(), table()];
      const rows = { rows: tf.tensor1d([1, 3, 1], 'int32'), values: tf.tensor2d([[1, 2], [3, 4], [5, 6]]) };
      const adams = [byRows, byTable].map((weight) => new Adam([weight], adamOptions.parse({ clipNorm: 1 })));
      adams[0]!.apply(new Map([['t', rows]]));
      adams[1]!.apply(new Map([['t', tf.unsortedSegmentSum(rows.values, rows.rows, 4)]]));
      expect(adams[0]!.lastUpdate!.gradientNorm).toBeCloseTo(Math.sqrt(36 + 64 + 9 + 16), 5);
      valuesOf(byRows).forEach((value, element) => expect(value).toBeCloseTo(valuesOf(byTable)[element]!, 6));
    });
  });

  it('asks for the number of updates where its schedule ends, and for nothing otherwise', () => {
    const gradients = new Map([['w', tf.tensor1d([1])]]);
    const made = (schedule: object) => new Adam([weightOf('w', [1])], adamOptions.parse({ learningRate: 1, schedule }));
    const ends = made({ kind: 'linear-decay' });
    expect(() => ends.apply(gradients)).toThrow(expect.objectContaining({ code: 'CONFIGURATION_INVALID', details: expect.objectContaining({ field: 'schedule.totalSteps' }) as object }));
    expect(() => ends.plan(undefined)).toThrow(/cannot tell beforehand/);
    expect(ends.stepCount).toBe(0);
    ends.plan(3);
    const rates = [1, 2, 3, 4].map(() => (ends.apply(gradients), ends.lastUpdate!.learningRate));
    [0.75, 0.5, 0.25, 0].forEach((expected, index) => expect(rates[index]).toBeCloseTo(expected, 12));
    const told = made({ kind: 'cosine', totalSteps: 1 });
    told.plan(undefined);
    told.apply(gradients);
    expect(told.lastUpdate!.learningRate).toBeCloseTo(0.5, 12);
  });

  it('keeps tensors flat over 50 steps, and frees its slots', () => {
    const start = tf.memory().numTensors;
    const weight = weightOf('w', [1, 2, 3]);
    const adam = new Adam([weight], adamOptions.parse({ clipNorm: 1 }), decayOf(0.1));
    const gradient = tf.tensor1d([1, 2, 3]);
    const step = (): void => {
      adam.apply(new Map([['w', gradient]]));
      withoutKernel(() => adam.apply(new Map()));
      const state = adam.state();
      adam.restore(state);
      tf.dispose(state.tensors as Record<string, Tensor>);
    };
    step();
    const before = tf.memory().numTensors;
    for (let repeat = 0; repeat < 50; repeat++) step();
    expect(tf.memory().numTensors).toBe(before);
    adam.dispose();
    adam.dispose();
    tf.dispose([weight.variable, gradient]);
    expect(tf.memory().numTensors).toBe(start);
  });

  describe('with gradients of rows', () => {
    const steps = [
      { rows: [1, 3, 1], values: [[1, 2], [3, 4], [5, 6]] },
      { rows: [0], values: [[0.5, -1]] },
      { rows: [3], values: [[2, 2]] },
    ];
    const table = () => weightOf('t', [1, 2, 3, 4, 5, 6, 7, 8], [4, 2]);
    const rowsOf = ({ rows, values }: (typeof steps)[number]) => ({ rows: tf.tensor1d(rows, 'int32'), values: tf.tensor2d(values) });
    const whole = (step: (typeof steps)[number]) => tf.tidy(() => tf.unsortedSegmentSum(rowsOf(step).values, rowsOf(step).rows, 4));

    it.each([['without', 0], ['with', 0.1]])('takes the steps of whole gradients, %s weight decay, and after a restore', (_, weightDecay) => {
      const options = adamOptions.parse({});
      const [byRows, byTables] = [table(), table()];
      const adams = [new Adam([byRows], options, decayOf(weightDecay)), new Adam([byTables], options, decayOf(weightDecay))] as const;
      let first: Adam = adams[0];
      steps.forEach((step, index) => {
        first.apply(new Map([['t', rowsOf(step)]]));
        adams[1].apply(new Map([['t', whole(step)]]));
        if (index > 0) return;
        const resumed = new Adam([byRows], options, decayOf(weightDecay));
        resumed.restore(first.state());
        first = resumed;
      });
      expect(valuesOf(byRows)).toEqual(valuesOf(byTables));
    });

    it('may be mixed with whole gradients', () => {
      const [mixed, plain] = [table(), table()];
      const adams = [new Adam([mixed], adamOptions.parse({})), new Adam([plain], adamOptions.parse({}))] as const;
      steps.forEach((step, index) => {
        adams[0].apply(new Map([['t', index === 1 ? whole(step) : rowsOf(step)]]));
        adams[1].apply(new Map([['t', whole(step)]]));
      });
      expect(valuesOf(mixed)).toEqual(valuesOf(plain));
    });

    it('leaves rows without a gradient where they are when lazy', () => {
      const weight = table();
      const adam = new Adam([weight], adamOptions.parse({ lazyTables: true }));
      adam.apply(new Map([['t', rowsOf(steps[0]!)]]));
      const before = valuesOf(weight);
      adam.apply(new Map([['t', rowsOf(steps[1]!)]]));
      expect(valuesOf(weight).slice(2)).toEqual(before.slice(2));
    });
  });

  it('is a plugin that refuses unknown keys and fills defaults in', async () => {
    expect(isPlugin(adamPlugin)).toBe(true);
    expect(adamOptions.parse({})).toEqual({ learningRate: 1e-3, schedule: { kind: 'constant' }, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, lazyTables: false });
    expect(adamOptions.safeParse({ lr: 1 }).success).toBe(false);
    expect(adamOptions.safeParse({ learningRate: 0 }).success).toBe(false);
    const weight = weightOf('w', [1]);
    const adam = await adamPlugin.create({ options: adamOptions.parse({}), weights: [weight] });
    adam.apply(new Map([['w', tf.tensor1d([4])]]));
    expect(valuesOf(weight)[0]).toBeCloseTo(0.999, 6);
  });

  it('has plain operations that return nothing and leave nothing behind', () => {
    const { variable: weight } = weightOf('w', [1]);
    const [firstMoment, secondMoment] = [weightOf('m', [0]).variable, weightOf('v', [0]).variable];
    const scalars = { rate: tf.scalar(0.1), epsilon: tf.scalar(0.5) };
    const gradient = tf.tensor1d([3]);
    const before = tf.memory().numTensors;
    plainAdamUpdate({ weight, firstMoment, secondMoment, gradient, ...scalars }, { beta1: 0.9, beta2: 0.999 });
    expect(tf.memory().numTensors).toBe(before);
    expect(weight.dataSync()[0]).toBeCloseTo(1 - (0.1 * 0.3) / (Math.sqrt(0.009) + 0.5), 6);
  });
});
