import { describe, expect, it } from 'vitest';
import { qualityOf } from './evaluation-metrics.js';
import { RecommendationAccumulator } from './recommendation-metrics.js';

describe('RecommendationAccumulator', () => {
  it('averages a table by hand over impressions, each counting the same, and counts those of one class', () => {
    const gathered = new RecommendationAccumulator();
    gathered.add([2, 1, 0], [1, 0, 0], [1, 1, 1]); // first: AUC 1, rank 1
    gathered.add([0, 1], [1, 0], [1, 0]); // last of two: AUC 0, rank 2
    gathered.add([5, 5, 5, 5], [0, 1, 0, 0], [1, 0, 0, 1]); // all tied: AUC .5, rank 1 to 4
    gathered.add([1, 2], [0, 0], [1, 1]);
    gathered.add([1], [1], [0]);
    const result = gathered.result();
    expect(result).toMatchObject({ task: 'recommendation', impressions: 3, oneClassImpressions: 2, coldStartImpressions: 1, coldStartAuc: 0.5 });
    expect(result.auc).toBeCloseTo(1.5 / 3, 12);
    expect(result.meanReciprocalRank).toBeCloseTo((1 + 1 / 2 + (1 + 1 / 2 + 1 / 3 + 1 / 4) / 4) / 3, 12);
    const tied = [1, 2, 3, 4].reduce((sum, rank) => sum + 1 / Math.log2(rank + 1), 0) / 4;
    expect(result.ndcgAt5).toBeCloseTo((1 + 1 / Math.log2(3) + tied) / 3, 12);
    expect(result.ndcgAt10).toBeCloseTo(result.ndcgAt5!, 12);
    const losses = [Math.log(1 + Math.exp(-1) + Math.exp(-2)), Math.log(1 + Math.E), Math.log(4)];
    expect(result.loss).toBeCloseTo(losses.reduce((sum, loss) => sum + loss, 0) / 3, 12);
  });

  it('gives null where nothing is defined, and leaves it out of the quality', () => {
    const gathered = new RecommendationAccumulator();
    gathered.add([1], [1], [1]);
    expect(gathered.result()).toMatchObject({ auc: null, meanReciprocalRank: null, ndcgAt5: null, ndcgAt10: null, loss: null, coldStartAuc: null, impressions: 0 });
    expect(qualityOf(gathered.result())).toEqual({ impressions: 0, oneClassImpressions: 1, coldStartImpressions: 0 });
  });

  it.each([Number.NaN, Number.NEGATIVE_INFINITY])('refuses the score %s', (score) => {
    expect(() => new RecommendationAccumulator().add([1, score], [1, 0], [1, 1])).toThrow(/predicted/);
  });
});
