import { loadEngine } from '@gramkit/engine-tensorflow';
import type { StepReport } from '@gramkit/spec';
import { recordedSetting, relativeDifference, residentGrowth, trainedSetting, weightValues } from '@gramkit/strategy-testing';
import type { TinySettingOptions } from '@gramkit/strategy-testing';
import { SingleStep, singleStepOptions } from '@gramkit/strategy-single-step';
import { uploadBatch } from '@gramkit/tensor';
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import plugin, { MultiStep } from './index.js';
import type { MultiStepOptions } from './index.js';

beforeAll(() => loadEngine());

const windowsOnly = { warmUpEpochs: 0, settlingEpochs: 0 };

/** Multi-step as it must equal single-step. */
const degenerate = { ...windowsOnly, interval: 1, rowRate: 1, passes: 1, miniBatch: 1000 };

type Setting = ReturnType<typeof trainedSetting> | ReturnType<typeof recordedSetting>;

async function begunMultiStep(setting: Setting, options: Partial<MultiStepOptions> = {}): Promise<MultiStep> {
  const strategy = new MultiStep(setting, plugin.options.parse(options));
  await strategy.begin(setting.context);
  return strategy;
}

/** Runs whole epochs; the batch of a step depends on its number alone. */
async function runEpochs(strategy: MultiStep, setting: Setting, from: number, to: number): Promise<StepReport[]> {
  const { stepsPerEpoch } = setting.context;
  const reports: StepReport[] = [];
  for (let step = from; step < to; step++) {
    reports.push(await strategy.step(setting.batch(step)));
    if ((step + 1) % stepsPerEpoch === 0) await strategy.endEpoch();
  }
  return reports;
}

const allWeights = ({ itemEncoder, sequenceModel }: Setting) => weightValues([...itemEncoder.weights, ...sequenceModel.weights]);

describe('multi-step', () => {
  it.each([
    [0, 4096],
    [0, 16],
    [0.4, 4096],
    [0.4, 16],
  ])('hands the encoder what single-step hands it: one step a window, rate 1, one pass, one mini-batch; dropout %f, chunks of %i tokens', async (dropout, chunkTokens) => {
    const [expected, found] = [recordedSetting({ dropout }, 0.05), recordedSetting({ dropout }, 0.05)];
    const single = new SingleStep(expected, singleStepOptions.parse({}));
    await single.begin(expected.context);
    const multi = await begunMultiStep(found, { ...degenerate, chunkTokens });
    for (let step = 0; step < 4; step++) {
      const [one, other] = [await single.step(expected.batch(step)), await multi.step(found.batch(step))];
      expect(other.loss).toBeCloseTo(one.loss, 5);
      expect(relativeDifference(found.encoderOptimizer.updates[step]!, expected.encoderOptimizer.updates[step]!)).toBeLessThan(1e-5);
      expect(relativeDifference(found.sequenceModelOptimizer.updates[step]!, expected.sequenceModelOptimizer.updates[step]!)).toBeLessThan(1e-5);
    }
  });

  it("tells the sequence model's optimizer how often it is updated, and the encoder's that nobody knows", async () => {
    const setting = recordedSetting({ epochs: 3, stepsPerEpoch: 7 });
    await begunMultiStep(setting, windowsOnly);
    expect([setting.encoderOptimizer.planned, setting.sequenceModelOptimizer.planned]).toEqual([[undefined], [21]]);
  });

  it('moves rows by the number of predictions times their gradient, which undoes the mean, unless told a number', async () => {
    const updates = [];
    let predictions = 0;
    for (const rowRate of ['auto', 1] as const) {
      const setting = recordedSetting();
      const strategy = await begunMultiStep(setting, { ...degenerate, rowRate });
      ({ predictions } = await strategy.step(setting.batch(2)));
      updates.push(setting.encoderOptimizer.updates[0]!);
      expect(setting.events[0]!.values).toMatchObject({ index: 0, steps: 1, rowRate: rowRate === 'auto' ? predictions : 1 });
    }
    const scaled = Object.fromEntries(Object.entries(updates[1]!).map(([name, values]) => [name, values.map((value) => value * predictions)]));
    expect(predictions).toBeGreaterThan(5);
    expect(relativeDifference(updates[0]!, scaled)).toBeLessThan(1e-5);
  });

  it('updates the encoder at the end of every window, not before and not only at the end of an epoch', async () => {
    const setting = trainedSetting({ stepsPerEpoch: 7, epochs: 2 });
    const strategy = await begunMultiStep(setting, { ...windowsOnly, interval: 3, passes: 3, miniBatch: 8 });
    const updated: number[] = [];
    for (let step = 0; step < 14; step++) {
      const before = allWeights(setting);
      await strategy.step(setting.batch(step));
      const after = allWeights(setting);
      expect(after.mixing).not.toEqual(before.mixing);
      if (JSON.stringify(after.words) !== JSON.stringify(before.words)) updated.push(step + 1);
      if (step === 6) await strategy.endEpoch();
    }
    expect(updated).toEqual([3, 7, 10, 14]);
    expect(setting.events.map(({ values }) => [values.index, values.steps])).toEqual([[0, 3], [1, 4], [2, 3], [3, 4]]);
    const updates = setting.events.reduce((sum, { values }) => sum + 3 * Math.ceil((values.items as number) / 8), 0);
    expect(setting.encoderOptimizer.stepCount).toBe(updates);
  });

  it('runs the sequence model alone while it warms up and settles, on encodings by the encoder as it is', async () => {
    const setting = trainedSetting({ stepsPerEpoch: 3, epochs: 4 });
    const strategy = await begunMultiStep(setting);
    const words = () => weightValues(setting.itemEncoder.weights).words;
    const start = words();
    const warmUp = await runEpochs(strategy, setting, 0, 3);
    expect(words()).toEqual(start);
    const windows = await runEpochs(strategy, setting, 3, 9);
    const trained = words();
    expect(trained).not.toEqual(start);
    const settling = await runEpochs(strategy, setting, 9, 12);
    await strategy.finish();
    expect(words()).toEqual(trained);
    const forward = (reports: StepReport[]) => reports.map(({ encoderItemsForward }) => encoderItemsForward);
    expect(forward(warmUp)).toEqual([20, 0, 0]);
    expect(forward(settling)).toEqual([20, 0, 0]);
    expect([...warmUp, ...settling].every(({ encoderItemsBackward }) => encoderItemsBackward === 0)).toBe(true);
    expect(windows.filter(({ encoderItemsBackward }) => encoderItemsBackward > 0)).toHaveLength(2);
    expect(setting.events).toHaveLength(2);

    // Settling starts from rows encoded anew: the first loss is that on the encoder's present encodings.
    const again = trainedSetting({ stepsPerEpoch: 3, epochs: 4 });
    const other = await begunMultiStep(again);
    await runEpochs(other, again, 0, 9);
    const table = await other.itemEncodings();
    const batch = again.batch(9);
    const expected = again.sequenceModel.loss(tf.gather(table, batch.itemIds), uploadBatch(batch), { training: false, seed: tf.scalar(0, 'int32') }).loss.arraySync();
    expect((await other.step(batch)).loss).toBeCloseTo(expected, 5);
  });

  it('counts what goes through the encoder: each row once at its first touch, the passes, the re-encoding', async () => {
    const setting = trainedSetting({ stepsPerEpoch: 4, epochs: 2, dropout: 0.2 });
    const strategy = await begunMultiStep(setting, { ...windowsOnly, passes: 2 });
    const reports = await runEpochs(strategy, setting, 0, 4);
    const touched = new Set<number>();
    const fresh = [0, 1, 2, 3].map((step) => Array.from(setting.batch(step).itemIds).filter((row) => !touched.has(row) && touched.add(row)).length);
    expect(reports.map(({ encoderItemsForward }) => encoderItemsForward)).toEqual([fresh[0], fresh[1], fresh[2], fresh[3]! + 3 * touched.size]);
    expect(reports.map(({ encoderItemsBackward }) => encoderItemsBackward)).toEqual([0, 0, 0, 2 * touched.size]);
    const tokens = [...touched].reduce((sum, row) => sum + setting.catalogue.lengthOf(row), 0);
    expect(reports.reduce((sum, { encoderTokensForward }) => sum + encoderTokensForward, 0)).toBe(4 * tokens);
    expect(reports.at(-1)!.encoderTokensBackward).toBe(2 * tokens);
    expect(setting.itemEncoder.itemsEncoded).toBe(reports.reduce((sum, { encoderItemsForward }) => sum + encoderItemsForward, 0));
  });

  it('fills a window from what is known by the encoder as it is, where no masks are drawn', async () => {
    const setting = trainedSetting({ stepsPerEpoch: 3, epochs: 4 });
    const strategy = await begunMultiStep(setting, { warmUpEpochs: 1, settlingEpochs: 0, passes: 1 });
    const reports = await runEpochs(strategy, setting, 0, 9);
    const [first, second] = setting.events.map(({ values }) => values.items as number);
    // The table of the warm-up serves the first window; the second encodes what the first had not touched.
    expect(reports.slice(3, 6).map(({ encoderItemsForward }) => encoderItemsForward)).toEqual([0, 0, 2 * first!]);
    const touchedFirst = new Set([3, 4, 5].flatMap((step) => Array.from(setting.batch(step).itemIds)));
    const touchedSecond = new Set([6, 7, 8].flatMap((step) => Array.from(setting.batch(step).itemIds)));
    const unknown = [...touchedSecond].filter((row) => !touchedFirst.has(row)).length;
    expect(reports.slice(6).reduce((sum, { encoderItemsForward }) => sum + encoderItemsForward, 0)).toBe(unknown + 2 * second!);
  });

  it('brings the sequence model and the encoder together: the loss on re-encoded rows falls from window to window', async () => {
    const setting = trainedSetting({ stepsPerEpoch: 10, epochs: 8 });
    const strategy = await begunMultiStep(setting, { warmUpEpochs: 1, settlingEpochs: 1, rowRate: 3, miniBatch: 5 });
    for (let epoch = 0; epoch < 8; epoch++) {
      for (let step = 0; step < 10; step++) await strategy.step(setting.batch(step));
      await strategy.endEpoch();
    }
    const losses = setting.events.map(({ values }) => values.lossReencoded as number);
    expect(losses).toHaveLength(6);
    expect(losses.at(-1)!).toBeLessThan(0.9 * losses[0]!);
    for (const { values } of setting.events) {
      expect(values.cosine).toBeGreaterThan(0);
      expect(values.displacement).toBeGreaterThan(0);
      expect(values.coherence).toBeGreaterThan(0);
      expect(values.regressionLosses).toHaveLength(2);
    }
  });

  it('measures validation quality with moved rows in place and with all rows re-encoded', async () => {
    const tables: number[][][] = [];
    const setting = trainedSetting({ stepsPerEpoch: 2, epochs: 1, evaluate: async (table) => ({ auc: tables.push((await table()).arraySync()) }) });
    const strategy = await begunMultiStep(setting, windowsOnly);
    const touched = new Set([0, 1].flatMap((step) => Array.from(setting.batch(step).itemIds)));
    await runEpochs(strategy, setting, 0, 2);
    const [reencoded, moved] = tables;
    const current = (await strategy.itemEncodings()).arraySync();
    expect(reencoded).toEqual(current);
    for (let row = 0; row < 20; row++) {
      if (touched.has(row)) expect(moved![row]).not.toEqual(current[row]);
      else expect(moved![row]).toEqual(current[row]);
    }
    expect(touched.size).toBeLessThan(20);
    expect(setting.events[0]!.values).toMatchObject({ qualityMoved: { auc: 2 }, qualityReencoded: { auc: 1 } });
  });

  it.each([
    ['auto', 4, 1],
    ['auto', 2, 0],
    ['always', 2, 1],
    ['never', 4, 0],
  ] as const)('evaluates windows: %s, windows of %i of 8 steps', async (evaluateWindows, interval, expected) => {
    let evaluations = 0;
    const setting = trainedSetting({ stepsPerEpoch: 8, epochs: 1, evaluate: async (table) => ({ auc: (await table()).shape[0] > 0 ? ++evaluations : 0 }) });
    const strategy = await begunMultiStep(setting, { ...windowsOnly, interval, evaluateWindows });
    await runEpochs(strategy, setting, 0, interval);
    expect(setting.events).toHaveLength(1);
    expect(evaluations).toBe(2 * expected);
    expect('qualityMoved' in setting.events[0]!.values).toBe(expected === 1);
  });

  it('learns the same whether its windows are evaluated or not', async () => {
    const run = async (options: TinySettingOptions, evaluateWindows: 'always' | 'never') => {
      const setting = trainedSetting(options);
      const strategy = await begunMultiStep(setting, { interval: 3, evaluateWindows });
      await runEpochs(strategy, setting, 0, 24);
      return allWeights(setting);
    };
    const options = { stepsPerEpoch: 6, epochs: 4 };
    expect(await run({ ...options, evaluate: async (table) => ({ auc: (await table()).shape[0] }) }, 'always')).toEqual(await run(options, 'never'));
  });

  it.each([0, 0.3])('is the same bit for bit under a seed, and holds no tensor more after 50 steps; dropout %f', async (dropout) => {
    const run = async () => {
      const setting = trainedSetting({ dropout, stepsPerEpoch: 5, epochs: 13 });
      const strategy = await begunMultiStep(setting, { ...windowsOnly, interval: 5, miniBatch: 6 });
      const reports = await runEpochs(strategy, setting, 0, 10);
      const tensors = tf.memory().numTensors;
      reports.push(...(await runEpochs(strategy, setting, 10, 60)));
      expect(tf.memory().numTensors).toBe(tensors);
      strategy.dispose();
      return { reports, weights: allWeights(setting), events: setting.events };
    };
    expect(await run()).toEqual(await run());
  });

  it('keeps its resident memory within 2% over 1,000 steps', async () => {
    const setting = trainedSetting({ dropout: 0.2, stepsPerEpoch: 2000, epochs: 1 });
    const strategy = await begunMultiStep(setting, { ...windowsOnly, interval: 10 });
    expect(await residentGrowth((step) => strategy.step(setting.batch(step % 7)))).toBeLessThan(1.02);
  });

  it('frees everything when disposed', async () => {
    const setting = trainedSetting({ stepsPerEpoch: 4, epochs: 4, evaluate: async (table) => ({ auc: (await table()).shape[0] }) });
    const tensors = tf.memory().numTensors;
    const strategy = await begunMultiStep(setting, {});
    await runEpochs(strategy, setting, 0, 6);
    strategy.dispose();
    strategy.dispose();
    expect(tf.memory().numTensors).toBe(tensors);
    const all = await begunMultiStep(setting, {});
    await runEpochs(all, setting, 0, 15);
    await all.finish();
    all.dispose();
    expect(tf.memory().numTensors).toBe(tensors);
  });

  // 4 steps an epoch, 5 epochs: warm-up 0-3, windows of 3 and 4 steps (5 and 6 long where merged) 4-15, settling 16-19.
  const stops = [0, 1, 4, 5, 6, 7, 8, 9, 11, 12, 15, 16, 17];
  it.each([0, 0.3].flatMap((dropout) => stops.map((stop) => [stop, dropout] as const)))('goes on bit for bit when stopped after step %i; dropout %f', async (stop, dropout) => {
    const options = { dropout, stepsPerEpoch: 4, epochs: 5 };
    const multiStep = { interval: 2, passes: 2, miniBatch: 6 };
    const [whole, part] = [trainedSetting(options), trainedSetting(options)];
    const unbroken = await begunMultiStep(whole, multiStep);
    const reports = await runEpochs(unbroken, whole, 0, 20);
    await unbroken.finish();

    const stopped = await begunMultiStep(part, multiStep);
    const before = await runEpochs(stopped, part, 0, stop);
    const saved = [stopped, part.encoderOptimizer, part.sequenceModelOptimizer].map((component) => component.state());
    stopped.dispose();
    const resumed = trainedSetting(options);
    [...resumed.itemEncoder.weights, ...resumed.sequenceModel.weights].forEach(({ variable }, index) => {
      variable.assign([...part.itemEncoder.weights, ...part.sequenceModel.weights][index]!.variable.clone());
    });
    const strategy = await begunMultiStep(resumed, multiStep);
    [strategy, resumed.encoderOptimizer, resumed.sequenceModelOptimizer].forEach((component, index) => component.restore(saved[index]!));
    const after = await runEpochs(strategy, resumed, stop, 20);
    await strategy.finish();

    expect(allWeights(resumed)).toEqual(allWeights(whole));
    expect([...before, ...after].map(({ loss }) => loss)).toEqual(reports.map(({ loss }) => loss));
    expect([...part.events, ...resumed.events]).toEqual(whole.events);
  });

  it('fills the first window alike when stopped between the last step of the warm-up and the end of its epoch', async () => {
    const filled = [];
    for (const stopped of [false, true]) {
      const setting = trainedSetting({ stepsPerEpoch: 2, epochs: 4 });
      let strategy = await begunMultiStep(setting);
      for (let step = 0; step < 2; step++) await strategy.step(setting.batch(step));
      if (stopped) {
        const state = strategy.state();
        strategy.dispose();
        strategy = await begunMultiStep(setting);
        strategy.restore(state);
      }
      await strategy.endEpoch();
      const { encoderItemsForward } = await strategy.step(setting.batch(2));
      const { tensors } = strategy.state();
      filled.push({ encoderItemsForward, encodings: (tensors['window/encodings'] as Tensor2D).arraySync(), known: tensors['current/rows']!.size });
    }
    expect(filled[1]).toEqual(filled[0]);
    expect(filled[0]).toMatchObject({ encoderItemsForward: 0, known: 20 });
  });

  it('closes a window at the end of an epoch cut short, and at the end of the run; tells its cost in the next step', async () => {
    const setting = trainedSetting({ stepsPerEpoch: 10, epochs: 3, dropout: 0.1 });
    const strategy = await begunMultiStep(setting, { ...windowsOnly, passes: 1 });
    for (let step = 0; step < 4; step++) await strategy.step(setting.batch(step));
    await strategy.endEpoch();
    expect(setting.events.map(({ values }) => values.steps)).toEqual([4]);
    const items = setting.events[0]!.values.items as number;
    const report = await strategy.step(setting.batch(4));
    expect(report.encoderItemsBackward).toBe(items);
    expect(report.encoderItemsForward).toBe(2 * items + setting.batch(4).itemIds.length);
    const before = weightValues(setting.itemEncoder.weights);
    await strategy.finish();
    expect(setting.events.map(({ values }) => values.steps)).toEqual([4, 1]);
    expect(weightValues(setting.itemEncoder.weights)).not.toEqual(before);
    await strategy.finish();
    expect(setting.events).toHaveLength(2);
  });

  it('keeps a window longer than an epoch open over the end of epochs, and closes it before settling', async () => {
    const setting = trainedSetting({ stepsPerEpoch: 2, epochs: 5 });
    const strategy = await begunMultiStep(setting, { interval: '2e', warmUpEpochs: 0, settlingEpochs: 1 });
    await runEpochs(strategy, setting, 0, 10);
    expect(setting.events.map(({ values }) => values.steps)).toEqual([4, 4]);
  });

  it('evaluates with encodings of the current encoder, never with rows of the window', async () => {
    const setting = trainedSetting({ stepsPerEpoch: 4, epochs: 2 });
    const strategy = await begunMultiStep(setting, windowsOnly);
    const untouched = (await strategy.itemEncodings()).arraySync();
    await strategy.step(setting.batch(0));
    expect((await strategy.itemEncodings()).arraySync()).toEqual(untouched);
    for (let step = 1; step < 4; step++) await strategy.step(setting.batch(step));
    expect((await strategy.itemEncodings()).arraySync()).not.toEqual(untouched);
  });

  it('refuses a loss that is no number before rows, model or encoder change', async () => {
    const setting = trainedSetting();
    const strategy = await begunMultiStep(setting, { ...windowsOnly, interval: 5 });
    await strategy.step(setting.batch(0));
    setting.sequenceModel.weights[1]!.variable.assign(tf.scalar(Number.NaN));
    const before = JSON.stringify(allWeights(setting));
    const rows = (strategy.state().tensors['window/displacement'] as Tensor2D).arraySync();
    await expect(strategy.step(setting.batch(0))).rejects.toMatchObject({ code: 'NUMERIC_FAILURE', message: expect.stringContaining('step 2') });
    expect(JSON.stringify(allWeights(setting))).toBe(before);
    expect((strategy.state().tensors['window/displacement'] as Tensor2D).arraySync()).toEqual(rows);
  });

  it('refuses what does not fit: epochs, steps beyond them, a damaged state', async () => {
    const setting = trainedSetting({ epochs: 2, stepsPerEpoch: 2 });
    await expect(begunMultiStep(setting, { warmUpEpochs: 1, settlingEpochs: 1 })).rejects.toMatchObject({ code: 'CONFIGURATION_INVALID', details: { fix: expect.stringContaining('at least 3 epochs') } });
    const strategy = await begunMultiStep(setting, { ...windowsOnly, interval: 2 });
    await strategy.step(setting.batch(0));
    const { tensors, values } = strategy.state();
    for (const damaged of [
      { tensors, values: { ...values, windowSteps: -1 } },
      { tensors, values: { ...values, closing: { regression: { losses: ['none'], parts: [] } } } },
      { tensors: { ...tensors, 'window/encodings': tf.zeros([3, 2]) }, values },
      { tensors: Object.fromEntries(Object.entries(tensors).filter(([name]) => name !== 'window/rows')), values },
    ]) {
      expect(() => strategy.restore(damaged)).toThrow(expect.objectContaining({ code: 'CHECKPOINT_MISMATCH' }));
    }
    await strategy.step(setting.batch(1));
    await expect(strategy.step(setting.batch(2))).rejects.toMatchObject({ code: 'DATA_MISMATCH' });
  });

  it('refuses options it does not know', () => {
    expect(() => plugin.options.parse({ window: 3 })).toThrow();
    expect(() => plugin.options.parse({ rowRate: 'steps' })).toThrow();
    expect(plugin.options.parse({})).toEqual({
      interval: '1e',
      rowRate: 'auto',
      passes: 2,
      miniBatch: 32,
      regressionRate: 'constant',
      warmUpEpochs: 'auto',
      settlingEpochs: 'auto',
      evaluateWindows: 'auto',
      chunkTokens: 4096,
    });
  });
});
