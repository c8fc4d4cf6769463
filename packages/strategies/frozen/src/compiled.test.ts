import { loadEngine, TensorFlowEngine } from '@gramkit/engine-tensorflow';
import { compareWays, touchedBySteps, touchedFrom } from '@gramkit/strategy-testing';
import type { StrategyParts } from '@gramkit/strategy-testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { Frozen } from './index.js';

let engine: TensorFlowEngine;
beforeAll(async () => {
  engine = await loadEngine();
});

const frozen = (parts: StrategyParts) => new Frozen(parts, { chunkTokens: 24, diskCache: 0 });

describe('frozen, compiled', () => {
  it.each([0, 0.4])('computes what it computes operation by operation; dropout %f', async (dropout) => {
    const { loss, gradients, updates } = await compareWays(frozen, { found: engine, dropout });
    expect(loss).toBeLessThan(1e-5);
    expect(gradients.sequenceModel).toBeLessThan(1e-5);
    expect(updates).toEqual({ encoder: 0, sequenceModel: 4 });
  });

  it('computes about the same in bfloat16, and not the same', async () => {
    const { loss, gradients } = await compareWays(frozen, { found: new TensorFlowEngine('bfloat16'), expected: engine });
    expect(gradients.sequenceModel).toBeGreaterThan(1e-5);
    expect(gradients.sequenceModel).toBeLessThan(0.05);
    expect(loss).toBeLessThan(0.05);
  });

  it.each(['as it comes', 'compiled'])('touches what the batch holds once the catalogue is encoded, whatever its size; %s', async (way) => {
    const by = way === 'compiled' ? engine : undefined;
    const [small, large] = [await touchedBySteps(100, frozen, by), await touchedBySteps(2000, frozen, by)];
    expect(large.itemsCollated[0]).toBeGreaterThanOrEqual(2000);
    expect(touchedFrom(1, large)).toEqual(touchedFrom(1, small));
    expect(small.itemsCollated.slice(1)).toEqual([0, 0, 0, 0, 0]);
  });
});
