import { loadEngine } from '@gramkit/engine-tensorflow';
import type { Weight } from '@gramkit/spec';
import { recordedSetting, relativeDifference, trainedSetting, weightValues } from '@gramkit/strategy-testing';
import { uploadBatch, uploadRows, uploadTensors } from '@gramkit/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { EndToEnd } from './end-to-end.js';
import plugin from './index.js';

beforeAll(() => loadEngine());

const unlimited = plugin.options.parse({});

describe('end-to-end', () => {
  it('takes the gradient of the whole objective: finite differences over every weight of both networks', async () => {
    const setting = recordedSetting({ items: 8 });
    const batch = setting.batch(3);
    const objective = (): number =>
      tf.tidy(() => {
        const encodings = setting.itemEncoder.encode(uploadTensors(setting.catalogue.collate(batch.itemIds)), {
          training: false,
          seed: tf.scalar(0, 'int32'),
          maskRows: uploadRows(batch.itemIds),
        });
        return setting.sequenceModel.loss(encodings, uploadBatch(batch), { training: false, seed: tf.scalar(0, 'int32') }).loss.arraySync();
      });
    const strategy = new EndToEnd(setting, unlimited);
    await strategy.begin(setting.context);
    const { loss } = await strategy.step(batch);
    expect(loss).toBeCloseTo(objective(), 5);
    for (const [weights, optimizer] of [[setting.itemEncoder.weights, setting.encoderOptimizer], [setting.sequenceModel.weights, setting.sequenceModelOptimizer]] as const) {
      expect(relativeDifference(optimizer.updates[0]!, finiteDifferences(weights, objective))).toBeLessThan(2e-3);
    }
  });

  it.each([0, 0.4])('gives the same gradient bit for bit when the graph outgrows its memory, dropout %f', async (dropout) => {
    const [kept, encodedTwice] = [recordedSetting({ dropout }), recordedSetting({ dropout })];
    const whole = new EndToEnd(kept, { ...unlimited, chunkTokens: 16 });
    const bounded = new EndToEnd(encodedTwice, { chunkTokens: 16, graphMemory: '6KB' });
    const reports = [];
    for (const [strategy, setting] of [[whole, kept], [bounded, encodedTwice]] as const) {
      await strategy.begin(setting.context);
      reports.push(await strategy.step(setting.batch(5)));
    }
    expect(encodedTwice.encoderOptimizer.updates).toEqual(kept.encoderOptimizer.updates);
    expect(encodedTwice.sequenceModelOptimizer.updates).toEqual(kept.sequenceModelOptimizer.updates);
    expect(reports[1]!.encoderItemsForward).toBeGreaterThan(reports[0]!.encoderItemsForward);
    expect(reports[1]!.encoderItemsForward).toBeLessThan(2 * reports[0]!.encoderItemsForward);
  });

  it('encodes every interaction once, and counts its tokens without padding', async () => {
    const setting = recordedSetting();
    const batch = setting.batch(7);
    const occurrences = Array.from(batch.references.items!.data).filter((reference) => reference >= 0).map((reference) => batch.itemIds[reference]!);
    const tokens = occurrences.reduce((sum, row) => sum + setting.catalogue.lengthOf(row), 0);
    const strategy = new EndToEnd(setting, unlimited);
    await strategy.begin(setting.context);
    const report = await strategy.step(batch);
    expect(report).toMatchObject({ encoderItemsForward: occurrences.length, encoderItemsBackward: occurrences.length, encoderTokensForward: tokens, encoderTokensBackward: tokens });
    expect(report.predictions).toBe(occurrences.length - batch.references.items!.shape[0]!);
    expect(setting.itemEncoder.itemsEncoded).toBe(occurrences.length);
    expect(occurrences.length).toBeGreaterThan(batch.itemIds.length);
  });

  it('learns, the same bit for bit under the same seed, and holds no tensor more after 50 steps', async () => {
    const run = async () => {
      const setting = trainedSetting({ dropout: 0.2 });
      const strategy = new EndToEnd(setting, unlimited);
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
    const [first, second] = [await run(), await run()];
    expect(first).toEqual(second);
    expect(mean(first.losses.slice(-3))).toBeLessThan(0.8 * mean(first.losses.slice(0, 3)));
  });

  it('draws other masks at every step, and goes on with the same ones after a restart', async () => {
    const setting = recordedSetting({ dropout: 0.4 });
    const strategy = new EndToEnd(setting, unlimited);
    await strategy.begin(setting.context);
    await strategy.step(setting.batch(1));
    const state = strategy.state();
    await strategy.step(setting.batch(1));
    const resumed = new EndToEnd(setting, unlimited);
    await resumed.begin(setting.context);
    resumed.restore(state);
    await resumed.step(setting.batch(1));
    const [first, second, again] = setting.encoderOptimizer.updates;
    expect(second).not.toEqual(first);
    expect(again).toEqual(second);
  });

  it('refuses a loss that is no number before any weight changes', async () => {
    const setting = trainedSetting();
    const strategy = new EndToEnd(setting, unlimited);
    await strategy.begin(setting.context);
    await strategy.step(setting.batch(0));
    const scale = setting.sequenceModel.weights[1]!.variable;
    scale.assign(tf.scalar(Number.NaN));
    const before = weightValues(setting.itemEncoder.weights);
    const tensors = tf.memory().numTensors;
    await expect(strategy.step(setting.batch(1))).rejects.toMatchObject({ code: 'NUMERIC_FAILURE', message: expect.stringContaining('step 2') });
    expect(weightValues(setting.itemEncoder.weights)).toEqual(before);
    expect(setting.encoderOptimizer.stepCount).toBe(1);
    expect(tf.memory().numTensors).toBe(tensors);
  });

  it('refuses batches that do not fit the catalogue, and a state that is not its own', async () => {
    const setting = recordedSetting({ items: 5 });
    const strategy = new EndToEnd(setting, unlimited);
    await expect(strategy.step(setting.batch(0))).rejects.toThrow(/begun/);
    await strategy.begin(setting.context);
    const batch = setting.batch(0);
    await expect(strategy.step({ ...batch, itemIds: batch.itemIds.map((row) => row + 1) })).rejects.toMatchObject({ code: 'DATA_MISMATCH' });
    await expect(strategy.step({ ...batch, itemIds: batch.itemIds.slice(1) })).rejects.toMatchObject({ code: 'DATA_MISMATCH', details: { field: 'items' } });
    await expect(strategy.step({ ...batch, itemIds: batch.itemIds.map(() => 2) })).rejects.toMatchObject({ code: 'DATA_MISMATCH' });
    await expect(strategy.step({ ...batch, itemIds: new Int32Array(0) })).rejects.toMatchObject({ code: 'DATA_EMPTY' });
    expect(() => strategy.restore({ tensors: {}, values: {} })).toThrow(expect.objectContaining({ code: 'CHECKPOINT_MISMATCH' }));
  });

  it('gives the encodings of the whole catalogue, by the encoder as it is, without dropout', async () => {
    const setting = trainedSetting({ dropout: 0.5 });
    const strategy = new EndToEnd(setting, { ...unlimited, chunkTokens: 20 });
    await strategy.begin(setting.context);
    const table = async () => Array.from(await (await strategy.itemEncodings()).data());
    const before = await table();
    expect(await table()).toEqual(before);
    await strategy.step(setting.batch(0));
    expect(await table()).not.toEqual(before);
    const one = tf.tidy(() =>
      setting.itemEncoder.encode(uploadTensors(setting.catalogue.collate([3])), { training: false, seed: tf.scalar(9, 'int32'), maskRows: uploadRows(Int32Array.of(3)) }).arraySync(),
    );
    (await table()).slice(3 * 5, 4 * 5).forEach((value, index) => expect(value).toBeCloseTo(one[0]![index]!, 5));
  });

  it('has no use for an option it does not know', () => {
    expect(() => plugin.options.parse({ chunk: 3 })).toThrow();
    expect(() => plugin.options.parse({ graphMemory: 'lots' })).toThrow(/512MiB/);
  });
});

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Central differences of fourth order, over the trainable weights. */
function finiteDifferences(weights: readonly Weight[], objective: () => number): Record<string, Float32Array> {
  const step = 0.05;
  const found: Record<string, Float32Array> = {};
  for (const { name, variable, trainable } of weights) {
    if (!trainable) continue;
    const values = Float32Array.from(variable.dataSync());
    const at = (index: number, move: number): number => {
      const moved = values.slice();
      moved[index]! += move;
      tf.tidy(() => variable.assign(tf.tensor(moved, variable.shape)));
      return objective();
    };
    found[name] = values.map((_, index) => (8 * (at(index, step) - at(index, -step)) - (at(index, 2 * step) - at(index, -2 * step))) / (12 * step));
    tf.tidy(() => variable.assign(tf.tensor(values, variable.shape)));
  }
  return found;
}
