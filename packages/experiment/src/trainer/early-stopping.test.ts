import { describe, expect, it } from 'vitest';
import type { EvaluationMetrics, MetricName } from '../metrics/evaluation-metrics.js';
import { EarlyStopping } from './early-stopping.js';

const nothing: EvaluationMetrics = { task: 'recommendation', auc: null, meanReciprocalRank: null, ndcgAt5: null, ndcgAt10: null, loss: null, coldStartAuc: null, impressions: 0, oneClassImpressions: 0, coldStartImpressions: 0 };

function observeAll(stopping: EarlyStopping, values: readonly (number | null)[], name: MetricName = 'auc'): boolean[] {
  return values.map((value, index) => stopping.observe({ metrics: { ...nothing, [name]: value } as EvaluationMetrics, step: index * 10, epoch: index }));
}

describe('EarlyStopping', () => {
  it('stops after as many evaluations in a row without a better AUC as its patience', () => {
    const stopping = new EarlyStopping('auc', 2);
    expect(observeAll(stopping, [0.6, 0.5, 0.7, 0.7])).toEqual([true, false, true, false]);
    expect(stopping.shouldStop).toBe(false);
    observeAll(stopping, [null]);
    expect(stopping.shouldStop).toBe(true);
    expect(stopping.best).toEqual({ value: 0.7, step: 20, epoch: 2 });
  });

  it('takes a lower loss for the better one, and a higher value of everything else', () => {
    expect(observeAll(new EarlyStopping('loss', 1), [0.6, 0.7, 0.5], 'loss')).toEqual([true, false, true]);
    expect(observeAll(new EarlyStopping('ndcgAt10', 1), [0.6, 0.7, 0.5], 'ndcgAt10')).toEqual([true, true, false]);
  });

  it('looks at the watched metric alone', () => {
    expect(observeAll(new EarlyStopping('ndcgAt10', 1), [0.6, 0.7], 'auc')).toEqual([false, false]);
  });

  it('never stops without patience', () => {
    const stopping = new EarlyStopping('auc', undefined);
    observeAll(stopping, [0.9, 0.1, 0.1, 0.1]);
    expect(stopping.shouldStop).toBe(false);
  });

  it('goes on from its state', () => {
    const first = new EarlyStopping('auc', 2);
    observeAll(first, [0.6, 0.5]);
    const second = new EarlyStopping('auc', 2);
    second.restore(JSON.parse(JSON.stringify(first.state())));
    expect(second.best).toEqual(first.best);
    observeAll(second, [0.55]);
    expect(second.shouldStop).toBe(true);
  });
});
