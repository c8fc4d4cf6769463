import { loadEngine, TensorFlowEngine } from '@gramkit/engine-tensorflow';
import { compareWays } from '@gramkit/strategy-testing';
import type { StrategyParts } from '@gramkit/strategy-testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { EndToEnd } from './index.js';

let engine: TensorFlowEngine;
beforeAll(async () => {
  engine = await loadEngine();
});

/** Several chunks, of which some are kept and some encoded twice. */
const endToEnd = (parts: StrategyParts) => new EndToEnd(parts, { chunkTokens: 48, graphMemory: '24KB' });

describe('end-to-end, compiled', () => {
  it.each([0, 0.4])('computes what it computes operation by operation; dropout %f', async (dropout) => {
    const { loss, gradients, updates } = await compareWays(endToEnd, { found: engine, dropout });
    expect(loss).toBeLessThan(1e-5);
    expect(gradients.encoder).toBeLessThan(1e-5);
    expect(gradients.sequenceModel).toBeLessThan(1e-5);
    expect(updates).toEqual({ encoder: 4, sequenceModel: 4 });
  });

  it('computes about the same in bfloat16, and not the same', async () => {
    const { loss, gradients } = await compareWays(endToEnd, { found: new TensorFlowEngine('bfloat16'), expected: engine });
    for (const difference of Object.values(gradients)) {
      expect(difference).toBeGreaterThan(1e-5);
      expect(difference).toBeLessThan(0.05);
    }
    expect(loss).toBeLessThan(0.05);
  });
});
