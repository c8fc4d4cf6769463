import { loadEngine } from '@gramkit/engine-tensorflow';
import type { EncodingStore } from '@gramkit/spec';
import { trainedSetting, weightValues } from '@gramkit/strategy-testing';
import { seedTensor, uploadBatch } from '@gramkit/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import plugin, { Frozen } from './index.js';

beforeAll(() => loadEngine());

const options = plugin.options.parse({ chunkTokens: 24 });

async function begunFrozen() {
  const setting = trainedSetting({ dropout: 0.3 });
  const strategy = new Frozen(setting, options);
  await strategy.begin(setting.context);
  return { setting, strategy };
}

describe('frozen', () => {
  it('encodes the catalogue once, with progress, and tells of it in the first step', async () => {
    const { setting, strategy } = await begunFrozen();
    const tokens = Array.from({ length: 20 }, (_, row) => setting.catalogue.lengthOf(row)).reduce((sum, length) => sum + length);
    const [first, second] = [await strategy.step(setting.batch(0)), await strategy.step(setting.batch(1))];
    expect(first).toMatchObject({ encoderItemsForward: 20, encoderItemsBackward: 0, encoderTokensForward: tokens, encoderTokensBackward: 0 });
    expect(second).toMatchObject({ encoderItemsForward: 0, encoderTokensForward: 0 });
    expect(setting.progress.map(([, done]) => done)).toEqual([7, 11, 14, 17, 19, 20]);
    expect(setting.itemEncoder.chunks).toEqual([7, 4, 3, 3, 2, 1]);
    (await strategy.itemEncodings()).dispose();
    expect(setting.itemEncoder.itemsEncoded).toBe(20);
  });

  it('counts the catalogue even where an evaluation asked for it first', async () => {
    const { setting, strategy } = await begunFrozen();
    (await strategy.itemEncodings()).dispose();
    expect(await strategy.step(setting.batch(0))).toMatchObject({ encoderItemsForward: 20 });
  });

  it('encodes nothing where the store has kept it, says so, and trains the same to the last bit', async () => {
    const asked: [number, number, number][] = [];
    let file: number[][] | undefined;
    const encodingStore: EncodingStore = {
      async obtain({ encoder, catalogue, chunkTokens }, limitBytes, make) {
        asked.push([catalogue.count * encoder.dimension, chunkTokens, limitBytes]);
        if (file !== undefined) return { encodings: tf.tensor2d(file), kept: true };
        const encodings = await make();
        file = encodings.arraySync();
        return { encodings, kept: false };
      },
    };
    const run = async (parts: { encodingStore?: EncodingStore }) => {
      const setting = trainedSetting({ dropout: 0.3 });
      const strategy = new Frozen({ ...setting, ...parts }, { ...options, diskCache: '2KiB' });
      await strategy.begin(setting.context);
      const reports = [];
      for (let step = 0; step < 3; step++) reports.push(await strategy.step(setting.batch(step)));
      strategy.dispose();
      return { losses: reports.map(({ loss }) => loss), encoded: reports[0]!.encoderItemsForward, passes: setting.itemEncoder.encodeCalls, weights: weightValues(setting.sequenceModel.weights) };
    };
    const without = await run({});
    expect(await run({ encodingStore })).toEqual(without);
    expect(await run({ encodingStore })).toEqual({ ...without, encoded: 0, passes: 0 });
    expect(asked).toEqual([[100, 24, 2048], [100, 24, 2048]]);
  });

  it('trains the sequence model on plain encodings and leaves the encoder alone', async () => {
    const { setting, strategy } = await begunFrozen();
    const before = weightValues(setting.itemEncoder.weights);
    const table = await strategy.itemEncodings();
    const batch = setting.batch(0);
    const pass = { training: true, seed: seedTensor(1, 'sequenceModelMasks', 0) };
    const expected = setting.sequenceModel.loss(tf.gather(table, batch.itemIds), uploadBatch(batch), pass).loss.dataSync()[0]!;
    expect((await strategy.step(batch)).loss).toBeCloseTo(expected, 5);
    const losses = [];
    for (let step = 0; step < 40; step++) losses.push((await strategy.step(batch)).loss);
    expect(losses.at(-1)!).toBeLessThan(0.8 * expected);
    expect(weightValues(setting.itemEncoder.weights)).toEqual(before);
    expect(setting.encoderOptimizer.stepCount).toBe(0);
  });

  it('is the same bit for bit under a seed and after a restart, and holds no tensor more after 50 steps', async () => {
    const run = async (restartAt?: number) => {
      const { setting, strategy } = await begunFrozen();
      let current = strategy;
      let tensors = 0;
      for (let step = 0; step < 51; step++) {
        if (step === restartAt) {
          const state = current.state();
          current.dispose();
          current = new Frozen(setting, options);
          await current.begin(setting.context);
          current.restore(state);
        }
        await current.step(setting.batch(step % 4));
        if (step === 0) tensors = tf.memory().numTensors;
      }
      expect(tf.memory().numTensors).toBe(tensors);
      return weightValues(setting.sequenceModel.weights);
    };
    const whole = await run();
    expect(await run()).toEqual(whole);
    expect(await run(20)).toEqual(whole);
  });

  it('refuses a loss that is no number before any weight changes', async () => {
    const { setting, strategy } = await begunFrozen();
    const mixing = setting.sequenceModel.weights[0]!;
    setting.sequenceModel.weights[1]!.variable.assign(tf.scalar(Number.POSITIVE_INFINITY));
    const before = weightValues([mixing]);
    await expect(strategy.step(setting.batch(0))).rejects.toMatchObject({ code: 'NUMERIC_FAILURE', message: expect.stringContaining('step 1') });
    expect(weightValues([mixing])).toEqual(before);
  });
});
