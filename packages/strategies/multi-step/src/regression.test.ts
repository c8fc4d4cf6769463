import { loadEngine } from '@gramkit/engine-tensorflow';
import { recordedSetting, relativeDifference, trainedSetting } from '@gramkit/strategy-testing';
import { encodeRows, EncoderPasses, uploadRows, uploadTensors } from '@gramkit/tensor';
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor2D, Variable } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { miniBatches, regress, type RegressionPosition } from './regression.js';
import { Window } from './window.js';

beforeAll(() => loadEngine());

const rows = Array.from({ length: 17 }, (_, index) => (index * 3) % 20);

/** A window over `rows`, filled by the encoder as it is, each row moved by a random step of size `size`. */
function movedWindow({ itemEncoder, catalogue }: ReturnType<typeof recordedSetting>, size: number): Window {
  const window = new Window(0, itemEncoder.dimension);
  window.fill(rows, encodeRows(new EncoderPasses(itemEncoder), catalogue, rows, { training: false, seed: tf.scalar(0, 'int32') }, 64));
  const change = tf.randomNormal([rows.length, itemEncoder.dimension], 0, size, 'float32', 5) as Tensor2D;
  window.move({ places: window.places(rows), change, rowRate: tf.scalar(1) });
  return window;
}

const input = (setting: ReturnType<typeof recordedSetting>, window: Window, passes = 1, miniBatch = 100) => ({
  encoder: new EncoderPasses(setting.itemEncoder),
  optimizer: setting.encoderOptimizer,
  catalogue: setting.catalogue,
  window,
  seed: 1,
  passes,
  miniBatch,
  regressionRate: 'constant' as const,
});

/** Gradient and value of `1/2 sum ||H_u - CE(c_u)||^2` over `places`, by tfjs. */
function objective(setting: ReturnType<typeof recordedSetting>, window: Window, places: Int32Array) {
  const chosen = Array.from(places, (place) => window.rows[place]!);
  const target = window.at(uploadRows(places));
  const weights = setting.itemEncoder.weights.filter(({ trainable }) => trainable);
  const { value, grads } = tf.variableGrads(
    () => {
      const seed = tf.scalar(0, 'int32');
      const encodings = setting.itemEncoder.encode(uploadTensors(setting.catalogue.collate(chosen)), { training: false, seed, maskRows: uploadRows(Int32Array.from(chosen)) });
      return tf.mul(0.5, tf.sum(tf.square(tf.sub(target, encodings))));
    },
    weights.map(({ variable }) => variable as Variable),
  );
  return { loss: value.arraySync(), gradients: Object.fromEntries(weights.map(({ name, variable }) => [name, Float32Array.from(grads[variable.name]!.dataSync())])) };
}

describe('regression', () => {
  it('descends 1/2 sum ||H - CE||^2, the factor 1/2 and the sum included, also when the encoder has moved since the filling', async () => {
    const setting = recordedSetting({}, 0.01);
    const window = movedWindow(setting, 0.3);
    const everything = input(setting, window, 2);
    const before = objective(setting, window, uploadPlaces(window));
    const { losses } = await regress({ ...everything, passes: 1 });
    expect(losses[0]! * rows.length).toBeCloseTo(before.loss, 4);
    expect(relativeDifference(setting.encoderOptimizer.updates[0]!, before.gradients)).toBeLessThan(1e-5);

    // The encoder has moved: the second mini-batch of a window sees the change too.
    const half = input(setting, window, 1, 9);
    const [, later] = miniBatches(half, 0);
    const updates = setting.encoderOptimizer.updates.length;
    const other = recordedSetting({}, 0);
    const unmoved = movedWindow(other, 0.3);
    other.itemEncoder.weights.forEach(({ variable }, index) => variable.assign(setting.itemEncoder.weights[index]!.variable.clone()));
    await regress(input(other, unmoved, 1, 9));
    expect(other.encoderOptimizer.updates).toHaveLength(2);
    expect(updates).toBe(1);
    expect(relativeDifference(other.encoderOptimizer.updates[1]!, objective(other, unmoved, later!.places).gradients)).toBeLessThan(1e-5);
  });

  it.each([
    ['linear-decay', [1, 0.75, 0.5, 0.25]],
    ['constant', [1, 1, 1, 1]],
  ] as const)('gives the learning rate a course over all passes: %s', async (regressionRate, course) => {
    const setting = recordedSetting();
    const { encoderOptimizer } = setting;
    const factors: (number | undefined)[] = [];
    const apply = encoderOptimizer.apply.bind(encoderOptimizer);
    encoderOptimizer.apply = (gradients, rateFactor?: number) => (factors.push(rateFactor), apply(gradients));
    await regress({ ...input(setting, movedWindow(setting, 0.3), 2, 9), regressionRate });
    expect(factors).toEqual(course);
  });

  it('sees displacements far below the last digit of the encodings', async () => {
    const gradients = [];
    for (const size of [1e-1, 1e-8]) {
      const setting = recordedSetting();
      await regress(input(setting, movedWindow(setting, size)));
      gradients.push(Object.fromEntries(Object.entries(setting.encoderOptimizer.updates[0]!).map(([name, values]) => [name, values.map((value) => value / size)])));
    }
    expect(relativeDifference(gradients[1]!, gradients[0]!)).toBeLessThan(1e-5);
  });

  it('takes its first step along the displacement alone, untouched by the rounding of another chunking in the filling', async () => {
    const gradients = [0, 1e-6].map(async (rounding) => {
      const setting = recordedSetting();
      const moved = movedWindow(setting, 1e-5);
      const [encodings, displacement] = [moved.encodings(), moved.displacement()];
      const window = new Window(0, 5);
      window.restore(rows, tf.mul(encodings, 1 + rounding), displacement, { moveNorms: tf.scalar(0), rowRates: tf.scalar(0) });
      await regress(input(setting, window));
      return setting.encoderOptimizer.updates[0]!;
    });
    expect(relativeDifference(await gradients[1]!, await gradients[0]!)).toBe(0);
  });

  it('brings the encoder nearer to the rows, pass by pass', async () => {
    const setting = trainedSetting({}, { encoder: 0.02, model: 0 });
    const recorded = recordedSetting();
    const { losses } = await regress({ ...input(recorded, movedWindow(recorded, 0.3), 6, 8), encoder: new EncoderPasses(setting.itemEncoder), optimizer: setting.encoderOptimizer });
    for (let pass = 1; pass < 6; pass++) expect(losses[pass]!).toBeLessThan(losses[pass - 1]!);
    expect(setting.encoderOptimizer.stepCount).toBe(6 * 3);
  });

  it('cuts every pass into mini-batches of like length that hold each row once, in another order each time', () => {
    const setting = recordedSetting();
    const window = movedWindow(setting, 0.1);
    const passes = [0, 1].map((pass) => miniBatches(input(setting, window, 2, 5), pass));
    for (const parts of passes) {
      expect(parts.flatMap(({ places }) => Array.from(places)).sort((left, right) => left - right)).toEqual(Array.from(rows.keys()));
      expect(parts.map(({ rows: part }) => part.length).sort()).toEqual([2, 5, 5, 5]);
      const ranges = parts.map((part) => Array.from(part.rows, (row) => setting.catalogue.lengthOf(row))).sort((left, right) => left[0]! - right[0]!);
      ranges.slice(1).forEach((lengths, index) => expect(Math.min(...lengths)).toBeGreaterThanOrEqual(Math.max(...ranges[index]!)));
      for (const part of parts) expect(Array.from(part.places, (place) => window.rows[place])).toEqual(Array.from(part.rows));
    }
    expect(passes[0]).not.toEqual(passes[1]);
    expect(miniBatches(input(setting, window, 2, 5), 0)).toEqual(passes[0]);
    expect(miniBatches({ ...input(setting, window, 2, 5), seed: 2 }, 0)).not.toEqual(passes[0]);
  });

  it('tells of its progress and its cost, and holds no tensor', async () => {
    const setting = recordedSetting();
    const window = movedWindow(setting, 0.1);
    const told: number[] = [];
    const tensors = tf.memory().numTensors;
    const { cost } = await regress({ ...input(setting, window, 2, 6), progress: (done, total) => told.push(done / total) });
    const tokens = rows.reduce((sum, row) => sum + setting.catalogue.lengthOf(row), 0);
    expect(cost).toEqual({ encoderItemsForward: 34, encoderItemsBackward: 34, encoderTokensForward: 2 * tokens, encoderTokensBackward: 2 * tokens });
    expect(told).toHaveLength(6);
    expect(told.at(-1)).toBe(1);
    expect(tf.memory().numTensors).toBe(tensors);
  });

  it('goes on bit for bit from where it was left, in the first pass, between two and in the last', async () => {
    const whole = trainedSetting({}, { encoder: 0.02, model: 0 });
    const recorded = recordedSetting();
    const inputOf = (setting: ReturnType<typeof trainedSetting>) => ({ ...input(recorded, movedWindow(recorded, 0.3), 3, 5), encoder: new EncoderPasses(setting.itemEncoder), optimizer: setting.encoderOptimizer });
    const expected = await regress(inputOf(whole));
    for (const done of [0, 1, 4, 11]) {
      const setting = trainedSetting({}, { encoder: 0.02, model: 0 });
      const controller = new AbortController();
      let told = 0;
      const leave = () => ++told === done && controller.abort();
      if (done === 0) controller.abort();
      const { left } = await regress({ ...inputOf(setting), progress: leave, signal: controller.signal });
      expect(setting.encoderOptimizer.stepCount).toBe(done);
      const position = JSON.parse(JSON.stringify(left)) as RegressionPosition;
      expect(position).toMatchObject({ losses: { length: Math.floor(done / 4) }, parts: { length: done % 4 } });
      expect(await regress(inputOf(setting), position)).toEqual(expected);
      setting.itemEncoder.weights.forEach(({ variable }, index) => expect(variable.arraySync()).toEqual(whole.itemEncoder.weights[index]!.variable.arraySync()));
    }
  });

  it('says when the encoder has run away', async () => {
    const setting = recordedSetting({}, 1e30);
    await expect(regress(input(setting, movedWindow(setting, 0.3), 3))).rejects.toMatchObject({ code: 'NUMERIC_FAILURE', message: expect.stringContaining('after window 1') });
  });
});

function uploadPlaces(window: Window): Int32Array {
  return Int32Array.from(window.rows.keys());
}
