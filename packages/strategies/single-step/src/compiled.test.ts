import { loadEngine, TensorFlowEngine } from '@gramkit/engine-tensorflow';
import { compareWays, memoryGrowth, PoolingEncoder, recordedSetting, RunningSumModel, tinyBatch, tinyCatalogue, touchedBySteps } from '@gramkit/strategy-testing';
import type { StrategyParts } from '@gramkit/strategy-testing';
import { Adam, adamOptions } from '@gramkit/tensor';
import { beforeAll, describe, expect, it } from 'vitest';
import { SingleStep } from './index.js';
import type { SingleStepOptions } from './index.js';

let engine: TensorFlowEngine;
beforeAll(async () => {
  engine = await loadEngine();
});

/** Some of several chunks are kept and some encoded twice. */
const someOfIt = '2KB';
const options: SingleStepOptions = { chunkTokens: 16, graphMemory: someOfIt };
const singleStep = (parts: StrategyParts) => new SingleStep(parts, options);

/** Networks 64 wide on a catalogue of 300 items: one tensor of a step left behind at each is far more than a resident memory's noise. */
async function wideStrategy() {
  const [itemEncoder, sequenceModel] = [new PoolingEncoder({ dimension: 64, dropout: 0.2 }), new RunningSumModel(64, undefined, 0.2)];
  const adam = (of: PoolingEncoder | RunningSumModel) => new Adam(of.weights, adamOptions.parse({ learningRate: 1e-4 }));
  const strategy = new SingleStep({ itemEncoder, sequenceModel, encoderOptimizer: adam(itemEncoder), sequenceModelOptimizer: adam(sequenceModel), engine }, { chunkTokens: 384, graphMemory: 'unlimited' });
  await strategy.begin({ catalogue: tinyCatalogue(300), stepsPerEpoch: 5000, epochs: 1, seed: 1, report: () => {} });
  return strategy;
}

describe('single-step, compiled', () => {
  it.each([0, 0.4])('computes what it computes operation by operation; dropout %f', async (dropout) => {
    const { loss, gradients, updates } = await compareWays(singleStep, { found: engine, dropout });
    expect(loss).toBeLessThan(1e-5);
    expect(gradients.encoder).toBeLessThan(1e-5);
    expect(gradients.sequenceModel).toBeLessThan(1e-5);
    expect(updates).toEqual({ encoder: 4, sequenceModel: 4 });
  });

  it('computes about the same in bfloat16, and not the same', async () => {
    const { loss, gradients } = await compareWays(singleStep, { found: new TensorFlowEngine('bfloat16'), expected: engine });
    for (const difference of Object.values(gradients)) {
      expect(difference).toBeGreaterThan(1e-5);
      expect(difference).toBeLessThan(0.05);
    }
    expect(loss).toBeLessThan(0.05);
  });

  it.each([0, 0.4])('hands over the same gradients bit for bit, whatever is kept and whatever is encoded twice; dropout %f', async (dropout) => {
    const updates = [];
    const forward: number[] = [];
    for (const graphMemory of ['unlimited', someOfIt, 0] as const) {
      const setting = recordedSetting({ dropout }, 0.05);
      const strategy = new SingleStep({ ...setting, engine }, { ...options, graphMemory });
      await strategy.begin(setting.context);
      let items = 0;
      for (let step = 0; step < 3; step++) items += (await strategy.step(setting.batch(step))).encoderItemsForward;
      forward.push(items);
      updates.push([setting.encoderOptimizer.updates, setting.sequenceModelOptimizer.updates]);
      strategy.dispose();
    }
    expect(updates[1]).toEqual(updates[0]);
    expect(updates[2]).toEqual(updates[0]);
    expect(forward[2]).toBe(2 * forward[0]!);
    expect(forward[1]).toBeGreaterThan(forward[0]!);
    expect(forward[1]).toBeLessThan(forward[2]!);
  });

  it('keeps tensors, handles and resident memory flat over 2,000 steps, and its shapes few', async () => {
    const strategy = await wideStrategy();
    const step = (index: number) => strategy.step(tinyBatch(index % 7, 300, 4 + (index % 7), 12 + (index % 3)));
    const compilations = () => strategy.compileReports().map((report) => report.compilations);
    let settled: number[] = [];
    const growth = await memoryGrowth(engine, (index) => {
      if (index === 200) settled = compilations();
      return step(index);
    });
    expect(growth).toMatchObject({ tensors: 0, handles: 0 });
    // A batch's encodings alone are 15 kB; kept at every step they would be 27 MB, the activations over 200 MB.
    expect(growth.residentBytes).toBeLessThan(20e6);
    expect(settled.length).toBeGreaterThan(1);
    expect(compilations()).toEqual(settled);
    strategy.dispose();
  });

  it('keeps no more than 64 shapes of a function, however the batches vary, and frees the others', async () => {
    const strategy = await wideStrategy();
    const shapeOf = (index: number) => [2 + (index % 10), 3 + (Math.floor(index / 10) % 9)] as const;
    for (let index = 0; index < 90; index++) await strategy.step(tinyBatch(index, 300, ...shapeOf(index)));
    const reports = strategy.compileReports();
    expect(Math.max(...reports.map(({ compilations }) => compilations))).toBeGreaterThan(64);
    expect(Math.max(...reports.map(({ shapes }) => shapes))).toBe(64);
    const { handles } = engine.memory();
    for (let index = 0; index < 10; index++) await strategy.step(tinyBatch(index, 300, ...shapeOf(index)));
    expect(engine.memory().handles).toBe(handles);
    strategy.dispose();
  });

  it.each(['as it comes', 'compiled'])('touches what the batch holds, whatever the size of the catalogue; %s', async (way) => {
    const by = way === 'compiled' ? engine : undefined;
    const [small, large] = [await touchedBySteps(100, singleStep, by), await touchedBySteps(20_000, singleStep, by)];
    expect(large).toEqual(small);
    small.reports.forEach(({ encoderItemsBackward }, step) => expect(encoderItemsBackward).toBe(tinyBatch(step, 100, 6, 9).itemIds.length));
    expect(Math.min(...small.peakBytes)).toBeGreaterThan(1000);
  });
});
