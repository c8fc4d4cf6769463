import type { Optimizer } from '@gramkit/spec';
import { expect, it } from 'vitest';
import { optimizerMeasures, updateCounts } from './optimizer-measures.js';

it('tells what was measured at updates since, by network, and nothing of one that stood still', () => {
  const optimizer = (stepCount: number, lastUpdate?: Record<string, number>) => ({ stepCount, lastUpdate }) as Optimizer;
  const before = updateCounts({ encoder: optimizer(3), model: optimizer(5) });
  expect(before).toEqual({ encoder: 3, model: 5 });
  const model = optimizer(6, { learningRate: 0.1, gradientNorm: 2 });
  expect(optimizerMeasures({ encoder: optimizer(3, { learningRate: 0.2 }), model }, before)).toEqual({ 'model.learningRate': 0.1, 'model.gradientNorm': 2 });
  expect(optimizerMeasures({ encoder: optimizer(4, { learningRate: 0.2 }), model: optimizer(6) }, before)).toEqual({ 'encoder.learningRate': 0.2 });
  expect(optimizerMeasures({ encoder: undefined, model: undefined }, updateCounts({ encoder: undefined, model: undefined }))).toEqual({});
});
