import { loadEngine, TensorFlowEngine } from '@gramkit/engine-tensorflow';
import { compareWays, memoryGrowth, PoolingEncoder, RunningSumModel, tinyBatch, tinyCatalogue, touchedBySteps } from '@gramkit/strategy-testing';
import type { StrategyParts } from '@gramkit/strategy-testing';
import { Adam, adamOptions } from '@gramkit/tensor';
import { beforeAll, describe, expect, it } from 'vitest';
import { SpeedyFeed } from './index.js';
import type { SpeedyFeedOptions } from './index.js';

let engine: TensorFlowEngine;
beforeAll(async () => {
  engine = await loadEngine();
});

const options: SpeedyFeedOptions = { ageLimit: 2, lookupGrowth: 1000, chunkTokens: 16, graphMemory: '2KB' };
const speedyFeed = (parts: StrategyParts) => new SpeedyFeed(parts, options);

describe('speedy-feed, compiled', () => {
  it.each([0, 0.4])('computes what it computes operation by operation; dropout %f', async (dropout) => {
    const { loss, gradients, updates } = await compareWays(speedyFeed, { found: engine, dropout, epochs: 2 });
    expect(loss).toBeLessThan(1e-5);
    expect(gradients.encoder).toBeLessThan(1e-5);
    expect(gradients.sequenceModel).toBeLessThan(1e-5);
    expect(updates).toEqual({ encoder: 8, sequenceModel: 8 });
  });

  it('keeps tensors, handles and resident memory flat over 2,000 steps, and its shapes few', async () => {
    const [itemEncoder, sequenceModel] = [new PoolingEncoder({ dimension: 64, dropout: 0.2 }), new RunningSumModel(64, undefined, 0.2)];
    const adam = (of: PoolingEncoder | RunningSumModel) => new Adam(of.weights, adamOptions.parse({ learningRate: 1e-4, clipNorm: 1 }));
    const strategy = new SpeedyFeed({ itemEncoder, sequenceModel, encoderOptimizer: adam(itemEncoder), sequenceModelOptimizer: adam(sequenceModel), engine }, { ageLimit: 4, lookupGrowth: 0.01, chunkTokens: 384, graphMemory: 'unlimited' });
    await strategy.begin({ catalogue: tinyCatalogue(300), stepsPerEpoch: 5000, epochs: 1, seed: 1, report: () => {} });
    const compilations = () => strategy.compileReports().reduce((sum, report) => sum + report.compilations, 0);
    const growth = await memoryGrowth(engine, (index) => strategy.step(tinyBatch(index % 7, 300, 4 + (index % 7), 12 + (index % 3))), { settling: 700 });
    expect(growth).toMatchObject({ tensors: 0, handles: 0 });
    expect(growth.residentBytes).toBeLessThan(20e6);
    expect(compilations()).toBeGreaterThan(1);
    strategy.dispose();
  });

  it.each(['as it comes', 'compiled'])('touches what the batch holds, whatever the size of the catalogue; %s', async (way) => {
    const by = way === 'compiled' ? engine : undefined;
    expect(await touchedBySteps(20_000, speedyFeed, by)).toEqual(await touchedBySteps(100, speedyFeed, by));
  });
});
