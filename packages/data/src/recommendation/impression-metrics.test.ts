import { describe, expect, it } from 'vitest';
import oracle from './__fixtures__/impression-metrics.json' with { type: 'json' };
import { impressionAuc, impressionMetrics } from './impression-metrics.js';

const log2 = Math.log2;

describe('impressionMetrics', () => {
  it('computes an impression without ties by hand', () => {
    // ranks: .9 not, .8 clicked, .7 not, .3 clicked, .1 not
    const measured = impressionMetrics([0.1, 0.8, 0.9, 0.3, 0.7], [0, 1, 0, 1, 0])!;
    // pairs: .8 is above .7 and .1; .3 above .1
    expect(measured.auc).toBeCloseTo(3 / 6, 12);
    expect(measured.reciprocalRank).toBeCloseTo((1 / 2 + 1 / 4) / 2, 12);
    const best = 1 + 1 / log2(3);
    expect(measured.ndcgAt5).toBeCloseTo((1 / log2(3) + 1 / log2(5)) / best, 12);
    expect(measured.ndcgAt10).toBe(measured.ndcgAt5);
    const negatives = Math.exp(0.1) + Math.exp(0.9) + Math.exp(0.7);
    const loss = (score: number): number => -Math.log(Math.exp(score) / (Math.exp(score) + negatives));
    expect(measured.loss).toBeCloseTo((loss(0.8) + loss(0.3)) / 2, 12);
  });

  it('gives tied candidates the mean over all their orders', () => {
    // one above; three tied at ranks 2 to 4, one of them clicked; one below
    const measured = impressionMetrics([1, 1, 2, 1, 0], [0, 1, 0, 0, 0])!;
    expect(measured.auc).toBeCloseTo((0.5 + 0.5 + 1) / 4, 12);
    expect(measured.reciprocalRank).toBeCloseTo((1 / 2 + 1 / 3 + 1 / 4) / 3, 12);
    expect(measured.ndcgAt5).toBeCloseTo((1 / log2(3) + 1 / log2(4) + 1 / log2(5)) / 3, 12);
  });

  it('spreads a tie over the cut: six of one score, ranks 1 to 6, of which five count', () => {
    const measured = impressionMetrics([2, 2, 2, 2, 2, 2], [1, 0, 0, 0, 0, 1])!;
    const upTo5 = [1, 2, 3, 4, 5].reduce((sum, rank) => sum + 1 / log2(rank + 1), 0);
    expect(measured.ndcgAt5).toBeCloseTo((upTo5 * 2) / 6 / (1 + 1 / log2(3)), 12);
    expect(measured.ndcgAt10).toBeCloseTo(((upTo5 + 1 / log2(7)) * 2) / 6 / (1 + 1 / log2(3)), 12);
    expect(measured.auc).toBe(0.5);
  });

  it('counts nothing beyond the cut, and cuts the best order there too', () => {
    const candidates = Array.from({ length: 12 }, (_, place) => -place);
    const last = impressionMetrics(candidates, candidates.map((_, place) => (place === 5 ? 1 : 0)))!;
    expect(last.ndcgAt5).toBe(0);
    expect(last.ndcgAt10).toBeCloseTo(1 / log2(7), 12);
    expect(last.reciprocalRank).toBeCloseTo(1 / 6, 12);
    const manyClicked = impressionMetrics(candidates, candidates.map((_, place) => (place < 11 ? 1 : 0)))!;
    expect(manyClicked).toMatchObject({ ndcgAt5: 1, ndcgAt10: 1, auc: 1 });
  });

  it('does not depend on the order in which candidates are listed', () => {
    const scores = [3, 1, 1, 2, 2, 2, 0];
    const clicked = [0, 1, 0, 0, 1, 0, 1];
    const backwards = impressionMetrics([...scores].reverse(), [...clicked].reverse())!;
    Object.entries(impressionMetrics(scores, clicked)!).forEach(([name, value]) => expect(backwards[name as keyof typeof backwards]).toBeCloseTo(value as number, 12));
  });

  it('agrees with the mean over every order of the tied candidates, counted one by one', () => {
    const scores = [1, 1, 0, 1, 2, 0];
    const clicked = [1, 0, 1, 1, 0, 0];
    const distinct = permutations(scores.map((_, place) => place)).map((order) => impressionMetrics(scores.map((score, place) => score + order[place]! * 1e-3), clicked)!);
    const tied = impressionMetrics(scores, clicked)!;
    for (const name of ['auc', 'reciprocalRank', 'ndcgAt5', 'ndcgAt10'] as const) {
      expect(tied[name]).toBeCloseTo(distinct.reduce((sum, one) => sum + one[name], 0) / distinct.length, 10);
    }
  });

  it("agrees with scikit-learn, ties included, and with MIND's evaluate.py", () => {
    expect(oracle.filter(({ scores }) => new Set(scores).size < scores.length).length).toBeGreaterThan(15);
    for (const { scores, clicked, auc, ndcgAt5, ndcgAt10, reciprocalRank } of oracle) {
      const measured = impressionMetrics(scores, clicked)!;
      expect(measured.auc).toBeCloseTo(auc, 10);
      expect(measured.ndcgAt5).toBeCloseTo(ndcgAt5, 10);
      expect(measured.ndcgAt10).toBeCloseTo(ndcgAt10, 10);
      if (reciprocalRank !== undefined) expect(measured.reciprocalRank).toBeCloseTo(reciprocalRank, 10);
    }
  });

  it('keeps the loss finite however far scores lie apart', () => {
    expect(impressionMetrics([-900, 900], [1, 0])!.loss).toBeCloseTo(1800, 6);
    expect(impressionMetrics([900, -900], [1, 0])!.loss).toBe(0);
  });

  it('gives nothing for one class or no candidate', () => {
    expect(impressionMetrics([1, 2], [0, 0])).toBeUndefined();
    expect(impressionMetrics([1, 2], [1, 1])).toBeUndefined();
    expect(impressionMetrics([], [])).toBeUndefined();
    expect(impressionAuc([1], [1])).toBeUndefined();
  });
});

function permutations(values: readonly number[]): number[][] {
  if (values.length === 0) return [[]];
  return values.flatMap((value, place) => permutations([...values.slice(0, place), ...values.slice(place + 1)]).map((rest) => [value, ...rest]));
}
