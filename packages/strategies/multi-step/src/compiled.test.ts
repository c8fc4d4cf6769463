import { loadEngine, TensorFlowEngine } from '@gramkit/engine-tensorflow';
import { compareWays, memoryGrowth, PoolingEncoder, RunningSumModel, tinyBatch, tinyCatalogue, touchedBySteps, touchedFrom } from '@gramkit/strategy-testing';
import type { StrategyParts } from '@gramkit/strategy-testing';
import { Adam, adamOptions } from '@gramkit/tensor';
import { beforeAll, describe, expect, it } from 'vitest';
import { MultiStep, multiStepOptions } from './index.js';

let engine: TensorFlowEngine;
beforeAll(async () => {
  engine = await loadEngine();
});

/** Windows of two steps, filled in several chunks, the encoder trained by several mini-batches in two passes. */
const options = multiStepOptions.parse({ interval: 2, warmUpEpochs: 0, settlingEpochs: 0, miniBatch: 7, chunkTokens: 24 });
const multiStep = (parts: StrategyParts) => new MultiStep(parts, options);

/** Epochs of the sequence model alone around one of windows. */
const withWarmUp = (parts: StrategyParts) => new MultiStep(parts, { ...options, warmUpEpochs: 1, settlingEpochs: 1 });

describe('multi-step, compiled', () => {
  it.each([
    ['windows of two steps', 0, multiStep],
    ['windows of two steps', 0.4, multiStep],
    ['warm-up, windows, settling', 0, withWarmUp],
    ['warm-up, windows, settling', 0.4, withWarmUp],
  ] as const)('computes what it computes operation by operation: %s, dropout %f', async (_, dropout, strategyOf) => {
    const { loss, gradients, updates } = await compareWays(strategyOf, { found: engine, dropout, epochs: strategyOf === multiStep ? 1 : 3 });
    expect(loss).toBeLessThan(1e-5);
    expect(gradients.encoder).toBeLessThan(1e-5);
    expect(gradients.sequenceModel).toBeLessThan(1e-5);
    expect(updates.encoder).toBeGreaterThan(4);
    expect(updates.sequenceModel).toBe(strategyOf === multiStep ? 4 : 12);
  });

  it('computes about the same in bfloat16, and not the same', async () => {
    const { loss, gradients } = await compareWays(multiStep, { found: new TensorFlowEngine('bfloat16'), expected: engine });
    for (const difference of Object.values(gradients)) expect(difference).toBeGreaterThan(1e-5);
    expect(gradients.sequenceModel).toBeLessThan(0.1);
    expect(gradients.encoder).toBeLessThan(0.1);
    expect(loss).toBeLessThan(0.05);
  });

  it('keeps tensors, handles and resident memory flat over 2,000 steps of 200 windows, and its shapes few', async () => {
    const [itemEncoder, sequenceModel] = [new PoolingEncoder({ dimension: 64, dropout: 0.2 }), new RunningSumModel(64, undefined, 0.2)];
    const adam = (of: PoolingEncoder | RunningSumModel) => new Adam(of.weights, adamOptions.parse({ learningRate: 1e-4 }));
    const strategy = new MultiStep({ itemEncoder, sequenceModel, encoderOptimizer: adam(itemEncoder), sequenceModelOptimizer: adam(sequenceModel), engine }, { ...options, interval: 10, chunkTokens: 384, miniBatch: 64 });
    await strategy.begin({ catalogue: tinyCatalogue(300), stepsPerEpoch: 5000, epochs: 1, seed: 1, report: () => {} });
    const compilations = () => strategy.compileReports().map((report) => report.compilations);
    let settled: number[] = [];
    const growth = await memoryGrowth(engine, (index) => {
      if (index === 200) settled = compilations();
      return strategy.step(tinyBatch(index % 5, 300, 4 + (index % 5), 12 + (index % 2)));
    });
    expect(growth).toMatchObject({ tensors: 0, handles: 0 });
    // A batch's encodings alone are 15 kB; kept at every step they would be 27 MB, the activations over 200 MB.
    expect(growth.residentBytes).toBeLessThan(20e6);
    expect(settled.length).toBeGreaterThan(2);
    expect(compilations()).toEqual(settled);
    strategy.dispose();
  });

  it.each(['as it comes', 'compiled'])('touches what the window holds, whatever the size of the catalogue; %s', async (way) => {
    const by = way === 'compiled' ? engine : undefined;
    const [small, large] = [await touchedBySteps(100, multiStep, by), await touchedBySteps(20_000, multiStep, by)];
    expect(large).toEqual(small);
    const items = small.reports.map(({ encoderItemsBackward }) => encoderItemsBackward);
    expect(items.filter((count) => count > 0)).toHaveLength(3);
    expect(Math.min(...small.peakBytes)).toBeGreaterThan(1000);
  });

  it.each(['as it comes', 'compiled'])('touches what the batch holds while it warms up, once the catalogue is encoded; %s', async (way) => {
    const by = way === 'compiled' ? engine : undefined;
    const warmingUp = (parts: StrategyParts) => new MultiStep(parts, { ...options, warmUpEpochs: 1 });
    const [small, large] = [await touchedBySteps(100, warmingUp, by), await touchedBySteps(2000, warmingUp, by)];
    expect(touchedFrom(1, large)).toEqual(touchedFrom(1, small));
    expect(small.itemsCollated.slice(1)).toEqual([0, 0, 0, 0, 0]);
  });
});
