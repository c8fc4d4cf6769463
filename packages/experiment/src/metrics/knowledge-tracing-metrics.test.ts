import { describe, expect, it } from 'vitest';
import { qualityOf } from './evaluation-metrics.js';
import { KnowledgeTracingAccumulator } from './knowledge-tracing-metrics.js';

describe('KnowledgeTracingAccumulator', () => {
  it('computes a table by hand', () => {
    const gathered = new KnowledgeTracingAccumulator();
    gathered.add(0, true, true); // probability .5: predicts 1, right, loss ln 2
    gathered.add(0, false, true); // predicts 1, wrong, loss ln 2
    gathered.add(Math.log(3), true, false); // probability .75: right, loss ln 4/3
    gathered.add(-Math.log(3), true, false); // probability .25: wrong, loss ln 4
    gathered.add(-Math.log(3), false, false); // right, loss ln 4/3
    const result = gathered.result();
    expect(result.accuracy).toBeCloseTo(3 / 5, 12);
    expect(result.loss).toBeCloseTo((2 * Math.log(2) + 2 * Math.log(4 / 3) + Math.log(4)) / 5, 12);
    // pairs: positives 0, ln3, -ln3; negatives 0, -ln3: .5+1 + 1+1 + 0+.5
    expect(result.auc).toBeCloseTo(4 / 6, 12);
    // cold start: positives ln3, -ln3; negative -ln3: 1 + .5
    expect(result.coldStartAuc).toBeCloseTo(1.5 / 2, 12);
    expect(result).toMatchObject({ predictions: 5, coldStartPredictions: 3, exact: true });
  });

  it('gives null where a number is not defined, and leaves it out of the quality', () => {
    const gathered = new KnowledgeTracingAccumulator();
    expect(gathered.result()).toMatchObject({ auc: null, accuracy: null, loss: null, coldStartAuc: null, predictions: 0 });
    gathered.add(1, true, true);
    expect(gathered.result()).toMatchObject({ auc: null, accuracy: 1, coldStartAuc: null, coldStartPredictions: 0 });
    expect(Object.keys(qualityOf(gathered.result()))).toEqual(['accuracy', 'loss', 'predictions', 'coldStartPredictions']);
  });

  it('keeps the loss finite at large logits', () => {
    const gathered = new KnowledgeTracingAccumulator();
    gathered.add(-800, true, true);
    expect(gathered.result().loss).toBeCloseTo(800, 6);
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY])('refuses the score %s', (score) => {
    expect(() => new KnowledgeTracingAccumulator().add(score, true, true)).toThrow(/predicted/);
  });
});
