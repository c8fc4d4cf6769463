import { loadEngine } from '@gramkit/engine-tensorflow';
import { EndToEnd, endToEndOptions } from '@gramkit/strategy-end-to-end';
import { recordedSetting, relativeDifference, residentGrowth, trainedSetting, weightValues } from '@gramkit/strategy-testing';
import { chunkItems } from '@gramkit/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import plugin, { SingleStep } from './index.js';

beforeAll(() => loadEngine());

const defaults = plugin.options.parse({});

/** Chunks of a few items. */
const chunkTokens = 16;

/** Some of them kept and some encoded twice. */
const someOfIt = '6KB';

async function reference(dropout: number, batchSeed: number) {
  const setting = recordedSetting({ dropout });
  const strategy = new EndToEnd(setting, endToEndOptions.parse({}));
  await strategy.begin(setting.context);
  const report = await strategy.step(setting.batch(batchSeed));
  return { report, encoder: setting.encoderOptimizer.updates[0]!, model: setting.sequenceModelOptimizer.updates[0]! };
}

describe('single-step', () => {
  const cases = [0, 0.4].flatMap((dropout) => (['unlimited', someOfIt, 0] as const).map((graphMemory) => ({ dropout, graphMemory })));
  it.each(cases)("hands E2E's gradients to both optimizers: dropout $dropout, memory $graphMemory", async ({ dropout, graphMemory }) => {
    for (const batchSeed of [1, 2, 3]) {
      const expected = await reference(dropout, batchSeed);
      const setting = recordedSetting({ dropout });
      const strategy = new SingleStep(setting, { chunkTokens, graphMemory });
      await strategy.begin(setting.context);
      const report = await strategy.step(setting.batch(batchSeed));
      expect(relativeDifference(setting.encoderOptimizer.updates[0]!, expected.encoder)).toBeLessThan(1e-5);
      expect(relativeDifference(setting.sequenceModelOptimizer.updates[0]!, expected.model)).toBeLessThan(1e-5);
      expect(report.loss).toBeCloseTo(expected.report.loss, 5);
      expect(report.predictions).toBe(expected.report.predictions);
      const again = report.encoderItemsForward - report.encoderItemsBackward;
      expect([0, report.encoderItemsBackward].includes(again)).toBe(graphMemory !== someOfIt);
    }
  });

  it('keeps drawing masks when trained: dropout changes the gradient', async () => {
    const [without, withDropout] = [await reference(0, 1), await reference(0.4, 1)];
    expect(relativeDifference(withDropout.encoder, without.encoder)).toBeGreaterThan(0.05);
  });

  it('takes both gradients out of one encoder pass over the unique items, while they fit the memory', async () => {
    const setting = recordedSetting();
    const batch = setting.batch(4);
    const tokens = batch.itemIds.reduce((sum, row) => sum + setting.catalogue.lengthOf(row), 0);
    const strategy = new SingleStep(setting, { ...defaults, chunkTokens });
    await strategy.begin(setting.context);
    const report = await strategy.step(batch);
    const unique = batch.itemIds.length;
    const chunks = chunkItems(batch.itemIds, setting.catalogue, { tokens: chunkTokens });
    expect(chunks.length).toBeGreaterThan(2);
    expect(setting.itemEncoder.chunks).toEqual(chunks.map(({ rows }) => rows.length));
    expect(setting.itemEncoder.itemsEncoded).toBe(unique);
    expect(report).toMatchObject({ encoderItemsForward: unique, encoderItemsBackward: unique, encoderTokensForward: tokens, encoderTokensBackward: tokens });
  });

  it('encodes each unique item twice, and says so, where nothing may be kept', async () => {
    const setting = recordedSetting();
    const batch = setting.batch(4);
    const tokens = batch.itemIds.reduce((sum, row) => sum + setting.catalogue.lengthOf(row), 0);
    const strategy = new SingleStep(setting, { graphMemory: 0, chunkTokens });
    await strategy.begin(setting.context);
    const report = await strategy.step(batch);
    expect(setting.itemEncoder.itemsEncoded).toBe(2 * batch.itemIds.length);
    expect(report).toMatchObject({ encoderItemsForward: 2 * batch.itemIds.length, encoderItemsBackward: batch.itemIds.length, encoderTokensForward: 2 * tokens, encoderTokensBackward: tokens });
  });

  it('updates the encoder at every step, each optimizer with its own count', async () => {
    const setting = trainedSetting();
    const strategy = new SingleStep(setting, defaults);
    await strategy.begin(setting.context);
    let before = weightValues(setting.itemEncoder.weights);
    for (let step = 0; step < 4; step++) {
      await strategy.step(setting.batch(step));
      const after = weightValues(setting.itemEncoder.weights);
      expect(after.words).not.toEqual(before.words);
      expect(after.bias).toEqual(before.bias);
      before = after;
    }
    expect([setting.encoderOptimizer.stepCount, setting.sequenceModelOptimizer.stepCount]).toEqual([4, 4]);
  });

  it('learns, the same bit for bit under the same seed, and holds no tensor more after 50 steps', async () => {
    const run = async (graphMemory: string | number) => {
      const setting = trainedSetting({ dropout: 0.2 });
      const strategy = new SingleStep(setting, { chunkTokens, graphMemory });
      await strategy.begin(setting.context);
      const losses = [];
      let tensors = 0;
      for (let step = 0; step < 51; step++) {
        losses.push((await strategy.step(setting.batch(step % 3))).loss);
        if (step === 0) tensors = tf.memory().numTensors;
      }
      expect(tf.memory().numTensors).toBe(tensors);
      return { losses, weights: weightValues([...setting.itemEncoder.weights, ...setting.sequenceModel.weights]) };
    };
    const first = await run('unlimited');
    expect(await run('unlimited')).toEqual(first);
    // What is kept and what is encoded twice changes nothing, to the last bit, over a whole run.
    expect(await run(someOfIt)).toEqual(first);
    expect(first.losses.at(-1)!).toBeLessThan(0.8 * first.losses[2]!);
  });

  it('keeps its resident memory within 2% over 1,000 steps', async () => {
    const setting = trainedSetting({ dropout: 0.2 });
    const strategy = new SingleStep(setting, { ...defaults, chunkTokens: 64 });
    await strategy.begin(setting.context);
    expect(await residentGrowth((step) => strategy.step(setting.batch(step % 7)))).toBeLessThan(1.02);
  });

  it('goes on after a restart as if it had not stopped', async () => {
    const whole = trainedSetting({ dropout: 0.3 });
    const strategy = new SingleStep(whole, defaults);
    await strategy.begin(whole.context);
    const resumed = trainedSetting({ dropout: 0.3 });
    const fresh = new SingleStep(resumed, defaults);
    await fresh.begin(resumed.context);
    for (let step = 0; step < 3; step++) {
      await strategy.step(whole.batch(step));
      await fresh.step(resumed.batch(step));
    }
    const continued = new SingleStep(resumed, defaults);
    await continued.begin(resumed.context);
    continued.restore(strategy.state());
    for (let step = 3; step < 6; step++) {
      await strategy.step(whole.batch(step));
      await continued.step(resumed.batch(step));
    }
    expect(weightValues(resumed.itemEncoder.weights)).toEqual(weightValues(whole.itemEncoder.weights));
  });

  it('tells both optimizers that each step updates them', async () => {
    const setting = recordedSetting({ epochs: 3, stepsPerEpoch: 7 });
    await new SingleStep(setting, defaults).begin(setting.context);
    expect([setting.encoderOptimizer.planned, setting.sequenceModelOptimizer.planned]).toEqual([[21], [21]]);
  });

  it('refuses an encoder of which nothing is trainable', async () => {
    const setting = recordedSetting();
    const frozen = { ...setting, itemEncoder: Object.assign(Object.create(setting.itemEncoder), { weights: setting.itemEncoder.weights.map((weight) => ({ ...weight, trainable: false })) }) };
    await expect(new SingleStep(frozen, defaults).begin(setting.context)).rejects.toMatchObject({ code: 'CONFIGURATION_INVALID', details: { fix: expect.stringContaining('frozen') } });
  });
});
