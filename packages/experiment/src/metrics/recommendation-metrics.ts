import { impressionAuc, impressionMetrics, type ImpressionMetrics } from '@gramkit/data';
import { requireFinite } from './require-finite.js';

/** How the numbers are counted; written into every result. */
export const recommendationConventions = {
  mean: 'every metric is computed for one impression at a time, then averaged over impressions, each counting the same',
  ties: 'the expected value over all orders of candidates of equal score, in every metric; the order in which candidates are listed has no influence',
  auc: 'share of (clicked, not clicked) pairs of an impression in order, a tie counts one half',
  meanReciprocalRank: "MIND's definition: the mean over an impression's clicked candidates of 1 / rank (not of the first clicked one alone)",
  ndcg: 'gain 1 for clicked, discount log2(rank + 1), over the best order cut at the same rank',
  loss: 'mean over the clicked candidates of -log softmax among one of them and all candidates not clicked, in nats',
  coldStartAuc: 'auc among the candidates of an impression that occur in no training history or impression, over the impressions that have both classes of them',
  oneClassImpressions: 'impressions without a clicked candidate, or with nothing else, are left out of every metric and counted',
} as const;

/** Quality of ranked candidates, means over impressions. Null where no impression has both classes. */
export interface RecommendationMetrics {
  readonly task: 'recommendation';
  readonly auc: number | null;
  readonly meanReciprocalRank: number | null;
  readonly ndcgAt5: number | null;
  readonly ndcgAt10: number | null;
  /** Nats. */
  readonly loss: number | null;
  readonly coldStartAuc: number | null;
  /** Impressions that the means are over. */
  readonly impressions: number;
  /** Impressions that were left out. */
  readonly oneClassImpressions: number;
  readonly coldStartImpressions: number;
}

/** What one impression gave; nothing of an impression of one class. */
export interface MeasuredImpression extends ImpressionMetrics {
  readonly coldStartAuc: number | undefined;
}

/** Gathers impressions one by one; keeps sums alone. */
export class RecommendationAccumulator {
  readonly #sums = { auc: 0, reciprocalRank: 0, ndcgAt5: 0, ndcgAt10: 0, loss: 0 };
  #coldStartSum = 0;
  #impressions = 0;
  #oneClassImpressions = 0;
  #coldStartImpressions = 0;

  /**
   * One impression: of each candidate its score, whether it was clicked, and whether it was met in training (1 or 0).
   * @throws GramkitError NUMERIC_FAILURE where a score is no number.
   */
  add(scores: readonly number[], clicked: readonly number[], seen: readonly number[]): MeasuredImpression | undefined {
    scores.forEach(requireFinite);
    const measured = impressionMetrics(scores, clicked);
    if (measured === undefined) {
      this.#oneClassImpressions++;
      return undefined;
    }
    this.#impressions++;
    for (const name of Object.keys(this.#sums) as (keyof ImpressionMetrics)[]) this.#sums[name] += measured[name];
    const isUnseen = (_: number, candidate: number): boolean => seen[candidate] === 0;
    const coldStartAuc = impressionAuc(scores.filter(isUnseen), clicked.filter(isUnseen));
    if (coldStartAuc !== undefined) {
      this.#coldStartImpressions++;
      this.#coldStartSum += coldStartAuc;
    }
    return { ...measured, coldStartAuc };
  }

  result(): RecommendationMetrics {
    const impressions = this.#impressions;
    const mean = (name: keyof ImpressionMetrics): number | null => (impressions === 0 ? null : this.#sums[name] / impressions);
    return {
      task: 'recommendation',
      auc: mean('auc'),
      meanReciprocalRank: mean('reciprocalRank'),
      ndcgAt5: mean('ndcgAt5'),
      ndcgAt10: mean('ndcgAt10'),
      loss: mean('loss'),
      coldStartAuc: this.#coldStartImpressions === 0 ? null : this.#coldStartSum / this.#coldStartImpressions,
      impressions,
      oneClassImpressions: this.#oneClassImpressions,
      coldStartImpressions: this.#coldStartImpressions,
    };
  }
}
