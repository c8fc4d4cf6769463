import { AreaUnderCurve } from './area-under-curve.js';
import { requireFinite } from './require-finite.js';

/** How the numbers are counted; written into every result. */
export const knowledgeTracingConventions = {
  auc: 'Mann-Whitney over all predictions together, a tie counts one half; exact up to 8,000,000 predictions, then in 1,048,576 bins of float32 scores',
  accuracy: 'share of predictions on the right side of probability .5; .5 itself predicts 1',
  loss: 'mean binary cross-entropy of the logits, in nats',
  coldStartAuc: 'auc over the predictions of items that no training user met',
  predictions: 'every response of a history but its first',
} as const;

/** Quality of predicted responses. Null where it is not defined: no prediction, or one class only. */
export interface KnowledgeTracingMetrics {
  readonly task: 'knowledge-tracing';
  readonly auc: number | null;
  readonly accuracy: number | null;
  /** Nats. */
  readonly loss: number | null;
  readonly coldStartAuc: number | null;
  readonly predictions: number;
  readonly coldStartPredictions: number;
  /** Whether both areas were counted exactly. */
  readonly exact: boolean;
}

/** Gathers predictions batch by batch. */
export class KnowledgeTracingAccumulator {
  readonly #all: AreaUnderCurve;
  readonly #coldStart: AreaUnderCurve;
  #right = 0;
  #loss = 0;

  constructor(exactLimit?: number) {
    this.#all = new AreaUnderCurve(exactLimit);
    this.#coldStart = new AreaUnderCurve(exactLimit);
  }

  /**
   * One prediction: its logit, whether the response was right, and whether the item was met in training.
   * @throws GramkitError NUMERIC_FAILURE where the logit is no number.
   */
  add(score: number, correct: boolean, seen: boolean): void {
    requireFinite(score);
    this.#all.add(score, correct);
    if (!seen) this.#coldStart.add(score, correct);
    if (score >= 0 === correct) this.#right++;
    this.#loss += binaryCrossEntropy(score, correct);
  }

  result(): KnowledgeTracingMetrics {
    const predictions = this.#all.count;
    return {
      task: 'knowledge-tracing',
      auc: this.#all.value(),
      accuracy: predictions === 0 ? null : this.#right / predictions,
      loss: predictions === 0 ? null : this.#loss / predictions,
      coldStartAuc: this.#coldStart.value(),
      predictions,
      coldStartPredictions: this.#coldStart.count,
      exact: this.#all.isExact && this.#coldStart.isExact,
    };
  }
}

/** Of one logit, in nats; finite however large it is. */
export function binaryCrossEntropy(score: number, correct: boolean): number {
  return Math.max(score, 0) - (correct ? score : 0) + Math.log1p(Math.exp(-Math.abs(score)));
}
