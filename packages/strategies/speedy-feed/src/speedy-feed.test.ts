import { loadEngine } from '@gramkit/engine-tensorflow';
import type { StepReport } from '@gramkit/spec';
import { SingleStep, singleStepOptions } from '@gramkit/strategy-single-step';
import { recordedSetting, relativeDifference, residentGrowth, trainedSetting, weightValues } from '@gramkit/strategy-testing';
import { encodeCatalogue, EncoderPasses, rowGradients, seedTensor, uploadBatch } from '@gramkit/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import plugin, { SpeedyFeed } from './index.js';
import type { SpeedyFeedOptions } from './index.js';

beforeAll(() => loadEngine());

/** Looks up at every step but the first. */
const always = { lookupGrowth: 1000 };

type Setting = ReturnType<typeof trainedSetting> | ReturnType<typeof recordedSetting>;

async function begunSpeedyFeed(setting: Setting, options: Partial<SpeedyFeedOptions> = {}): Promise<SpeedyFeed> {
  const strategy = new SpeedyFeed(setting, plugin.options.parse(options));
  await strategy.begin(setting.context);
  return strategy;
}

const allWeights = ({ itemEncoder, sequenceModel }: Setting) => weightValues([...itemEncoder.weights, ...sequenceModel.weights]);

/** How many items of a batch are not among those of others. */
const missing = (items: Int32Array, ...others: readonly Int32Array[]) => items.filter((row) => !others.some((other) => other.includes(row))).length;

describe('speedy-feed', () => {
  it.each([0, 0.4])('is single-step to the last bit with an age limit of 0; dropout %f', async (dropout) => {
    const [expected, found] = [trainedSetting({ dropout }), trainedSetting({ dropout })];
    const single = new SingleStep(expected, singleStepOptions.parse({}));
    await single.begin(expected.context);
    const speedy = await begunSpeedyFeed(found, { ...always, ageLimit: 0 });
    for (let step = 0; step < 6; step++) expect(await speedy.step(found.batch(step % 3))).toEqual(await single.step(expected.batch(step % 3)));
    expect(allWeights(found)).toEqual(allWeights(expected));
  });

  it('encodes each item once, then only those that are not cached, and nothing where all are', async () => {
    const setting = recordedSetting({ items: 60 });
    const strategy = await begunSpeedyFeed(setting, always);
    const [first, second] = [setting.batch(0), setting.batch(1)];
    const reports: StepReport[] = [];
    for (const batch of [first, second, first]) reports.push(await strategy.step(batch));
    const fresh = missing(second.itemIds, first.itemIds);
    expect(fresh).toBeGreaterThan(0);
    expect(fresh).toBeLessThan(second.itemIds.length);
    expect(reports.map(({ encoderItemsForward }) => encoderItemsForward)).toEqual([first.itemIds.length, fresh, 0]);
    expect(reports.map(({ encoderItemsBackward }) => encoderItemsBackward)).toEqual([first.itemIds.length, fresh, 0]);
    expect(setting.itemEncoder.itemsEncoded).toBe(first.itemIds.length + fresh);
    expect(reports[2]!.loss).toBeCloseTo(reports[0]!.loss, 5);
    Object.values(setting.encoderOptimizer.updates[2]!).forEach((gradient) => expect(gradient.every((value) => value === 0)).toBe(true));
    expect(relativeDifference(setting.sequenceModelOptimizer.updates[2]!, setting.sequenceModelOptimizer.updates[0]!)).toBeLessThan(1e-5);
  });

  it.each([0, 0.4])('gives cached rows no gradient, and fresh rows all of theirs; dropout %f', async (dropout) => {
    const setting = recordedSetting({ dropout, items: 60 });
    const strategy = await begunSpeedyFeed(setting, always);
    const [first, second] = [setting.batch(0), setting.batch(1)];
    await strategy.step(first);
    const report = await strategy.step(second);

    const { itemEncoder, sequenceModel, catalogue } = setting;
    const passes = new EncoderPasses(itemEncoder);
    // The weights stand still (rate 0): a cached encoding differs from a fresh one by the masks of its step alone.
    const encodedAt = (step: number) => passes.encode(catalogue, second.itemIds, { training: true, seed: seedTensor(1, 'encoderMasks', step) });
    const isCached = tf.tensor2d(Float32Array.from(second.itemIds, (row) => Number(first.itemIds.includes(row))), [second.itemIds.length, 1]);
    const rows = tf.add(tf.mul(encodedAt(0), isCached), tf.mul(encodedAt(1), tf.sub(1, isCached))) as tf.Tensor2D;
    const expected = rowGradients(sequenceModel, rows, uploadBatch(second), { training: true, seed: seedTensor(1, 'sequenceModelMasks', 1) });
    const recorded = passes.record(catalogue, second.itemIds, seedTensor(1, 'encoderMasks', 1));
    const gradients = recorded.pullBack(tf.mul(expected.rows, tf.sub(1, isCached)) as tf.Tensor2D) as Record<string, tf.Tensor>;
    const values = (named: Record<string, tf.Tensor>) => Object.fromEntries(Object.entries(named).map(([name, tensor]) => [name, tensor.dataSync<'float32'>()]));
    expect(report.loss).toBeCloseTo(expected.loss.dataSync()[0]!, 5);
    expect(relativeDifference(setting.encoderOptimizer.updates[1]!, values(gradients))).toBeLessThan(1e-5);
    expect(relativeDifference(setting.sequenceModelOptimizer.updates[1]!, values(expected.weights as Record<string, tf.Tensor>))).toBeLessThan(1e-5);
  });

  it('encodes anew what is older than the age limit', async () => {
    const setting = recordedSetting();
    const strategy = await begunSpeedyFeed(setting, { ...always, ageLimit: 2 });
    const batch = setting.batch(0);
    const forward: number[] = [];
    for (let step = 0; step < 7; step++) forward.push((await strategy.step(batch)).encoderItemsForward);
    const whole = batch.itemIds.length;
    expect(forward).toEqual([whole, 0, 0, whole, 0, 0, whole]);
  });

  it('looks up with probability 1 - e^(-growth t), by the seed alone', async () => {
    const lookups = async (seed: number) => {
      const setting = recordedSetting({ seed });
      const strategy = await begunSpeedyFeed(setting, { ageLimit: 1000, lookupGrowth: 0.01 });
      const looked: boolean[] = [];
      for (let step = 0; step < 400; step++) looked.push((await strategy.step(setting.batch(0))).encoderItemsForward === 0);
      return looked;
    };
    const looked = await lookups(1);
    const [early, late] = [looked.slice(0, 100), looked.slice(300)].map((part) => part.filter(Boolean).length / 100);
    // The means of 1 - e^(-t/100) over the two stretches are .37 and .97.
    expect(early).toBeGreaterThan(0.22);
    expect(early).toBeLessThan(0.52);
    expect(late).toBeGreaterThan(0.9);
    expect(looked[0]).toBe(false);
    expect(await lookups(1)).toEqual(looked);
    expect(await lookups(2)).not.toEqual(looked);
  });

  it('evaluates with encodings of the encoder as it is, never with cached ones', async () => {
    const setting = trainedSetting();
    const strategy = await begunSpeedyFeed(setting, always);
    for (let step = 0; step < 3; step++) await strategy.step(setting.batch(step));
    const [found, expected] = [await strategy.itemEncodings(), await encodeCatalogue(new EncoderPasses(setting.itemEncoder), setting.catalogue)];
    expect(found.arraySync()).toEqual(expected.arraySync());
  });

  it('reports an epoch, and begins to count anew', async () => {
    const setting = recordedSetting();
    const strategy = await begunSpeedyFeed(setting, always);
    const { length } = setting.batch(0).itemIds;
    for (let epoch = 0; epoch < 2; epoch++) {
      for (let step = 0; step < 4; step++) await strategy.step(setting.batch(0));
      await strategy.endEpoch();
    }
    const values = (cached: number) => ({ items: 4 * length, cached, share: cached / (4 * length), kept: length });
    expect(setting.events).toEqual([{ kind: 'cache', values: values(3 * length) }, { kind: 'cache', values: values(4 * length) }]);
  });

  it('is the same bit for bit under a seed and after a restart, learns, and holds no tensor more', async () => {
    const run = async (restartAt?: number) => {
      const setting = trainedSetting({ dropout: 0.2, items: 40 });
      let strategy = await begunSpeedyFeed(setting, { ageLimit: 3, lookupGrowth: 0.5 });
      const losses: number[] = [];
      for (let step = 0; step < 60; step++) {
        if (step === restartAt) {
          const state = strategy.state();
          strategy.dispose();
          strategy = await begunSpeedyFeed(setting, { ageLimit: 3, lookupGrowth: 0.5 });
          strategy.restore(state);
          tf.dispose(state.tensors as Record<string, tf.Tensor>);
        }
        losses.push((await strategy.step(setting.batch(step % 5))).loss);
      }
      await strategy.endEpoch();
      strategy.dispose();
      return { losses, weights: allWeights(setting), events: setting.events };
    };
    const whole = await run();
    expect(await run()).toEqual(whole);
    for (const restartAt of [1, 2, 33]) expect(await run(restartAt)).toEqual(whole);
    expect(whole.losses.at(-1)!).toBeLessThan(0.9 * whole.losses[4]!);
  });

  it('refuses a state that does not fit, and keeps its own', async () => {
    const setting = trainedSetting();
    const strategy = await begunSpeedyFeed(setting, always);
    for (let step = 0; step < 2; step++) await strategy.step(setting.batch(step));
    const good = strategy.state();
    const { 'cache/steps': steps, ...others } = good.tensors;
    const broken = [
      { ...good, values: { ...good.values, step: 1 } },
      { ...good, values: { step: 2 } },
      { ...good, tensors: others },
      { ...good, tensors: { ...good.tensors, 'cache/steps': tf.reverse(steps!) } },
      { ...good, tensors: { ...good.tensors, 'cache/rows': tf.fill(steps!.shape, 3, 'int32') } },
      { ...good, tensors: { ...good.tensors, 'cache/rows': tf.add(good.tensors['cache/rows']!, tf.scalar(20, 'int32')) } },
      { ...good, tensors: { ...good.tensors, 'cache/encodings': tf.zeros([steps!.size, 3]) } },
    ];
    for (const state of broken) expect(() => strategy.restore(state)).toThrow(expect.objectContaining({ code: 'CHECKPOINT_MISMATCH' }));
    expect(strategy.state().tensors['cache/encodings']!.arraySync()).toEqual(good.tensors['cache/encodings']!.arraySync());
  });

  it('keeps as many rows as are young, whatever passes by', async () => {
    const setting = trainedSetting({ items: 2000 });
    const strategy = await begunSpeedyFeed(setting, { ...always, ageLimit: 2 });
    for (let step = 0; step < 30; step++) await strategy.step(setting.batch(step));
    const young = new Set([27, 28, 29].flatMap((step) => Array.from(setting.batch(step).itemIds)));
    expect(strategy.state().tensors['cache/rows']!.size).toBe(young.size);
    const before = tf.memory().numBytes;
    for (let step = 30; step < 90; step++) await strategy.step(setting.batch(step));
    expect(tf.memory().numBytes).toBe(before);
  });

  it('changes nothing where the loss is no number', async () => {
    const setting = trainedSetting();
    const strategy = await begunSpeedyFeed(setting, always);
    await strategy.step(setting.batch(0));
    const scale = setting.sequenceModel.weights[1]!.variable;
    scale.assign(tf.scalar(Number.POSITIVE_INFINITY));
    const [weights, cached] = [allWeights(setting), strategy.state().tensors['cache/rows']!.arraySync()];
    const tensors = tf.memory().numTensors;
    await expect(strategy.step(setting.batch(1))).rejects.toMatchObject({ code: 'NUMERIC_FAILURE' });
    expect(tf.memory().numTensors).toBe(tensors);
    expect(allWeights(setting)).toEqual(weights);
    expect(strategy.state().tensors['cache/rows']!.arraySync()).toEqual(cached);
  });

  it('keeps its resident memory within 2% over 1,000 steps', async () => {
    const setting = trainedSetting({ dropout: 0.2, items: 60 });
    const strategy = await begunSpeedyFeed(setting, { ageLimit: 3, lookupGrowth: 0.05 });
    expect(await residentGrowth((step) => strategy.step(setting.batch(step % 7)))).toBeLessThan(1.02);
  });
});
