import type { DatasetReader, ImpressionChunk } from '@gramkit/spec';
import { impressionAuc, impressionMetrics } from './impression-metrics.js';

/** What a model that knew every reader's mind could reach at best, on the impressions that the data set itself holds out: means over them. */
export interface RecommendationCeiling {
  readonly auc: number;
  readonly meanReciprocalRank: number;
  readonly ndcgAt5: number;
  readonly ndcgAt10: number;
  /** AUC among the candidates never met in training; not a number where no impression has such ones of both classes. */
  readonly unseenAuc: number;
  readonly impressions: number;
  readonly unseenImpressions: number;
}

/**
 * The ceiling of a generated set, ranking candidates by their true probabilities; undefined where those or the data set's own split are not
 * known, or nothing is held out. Reads the impressions twice: for the items met in training, then for the metrics.
 */
export async function impressionCeiling(reader: Pick<DatasetReader, 'impressions'>): Promise<RecommendationCeiling | undefined> {
  const seen = new Set<string>();
  for await (const chunk of reader.impressions?.() ?? []) {
    if (chunk.probabilities === undefined || chunk.heldOut === undefined) return undefined;
    noteTraining(chunk, chunk.heldOut, seen);
  }
  const means = new Means();
  for await (const { candidates, clicks, heldOut, probabilities } of reader.impressions?.() ?? []) {
    candidates.forEach((shown, row) => {
      if (heldOut![row] === 1) means.add(probabilities![row]!, clicks[row]!, shown.map((item) => !seen.has(item)));
    });
  }
  return means.result();
}

function noteTraining({ histories, candidates }: ImpressionChunk, heldOut: Uint8Array, seen: Set<string>): void {
  candidates.forEach((shown, row) => {
    if (heldOut[row] === 1) return;
    for (const item of shown) seen.add(item);
    for (const item of histories[row]!) seen.add(item);
  });
}

const ranking = ['auc', 'reciprocalRank', 'ndcgAt5', 'ndcgAt10'] as const;

class Means {
  readonly #sums = { auc: 0, reciprocalRank: 0, ndcgAt5: 0, ndcgAt10: 0 };
  #impressions = 0;
  #unseenSum = 0;
  #unseenImpressions = 0;

  add(probabilities: Float32Array, clicks: Uint8Array, unseen: readonly boolean[]): void {
    const measured = impressionMetrics(probabilities, clicks);
    if (measured === undefined) return;
    this.#impressions++;
    for (const name of ranking) this.#sums[name] += measured[name];
    const isUnseen = (_: number, candidate: number): boolean => unseen[candidate]!;
    const auc = impressionAuc(probabilities.filter(isUnseen), clicks.filter(isUnseen));
    if (auc === undefined) return;
    this.#unseenImpressions++;
    this.#unseenSum += auc;
  }

  result(): RecommendationCeiling | undefined {
    const impressions = this.#impressions;
    if (impressions === 0) return undefined;
    const { auc, reciprocalRank, ndcgAt5, ndcgAt10 } = this.#sums;
    return {
      auc: auc / impressions, meanReciprocalRank: reciprocalRank / impressions, ndcgAt5: ndcgAt5 / impressions, ndcgAt10: ndcgAt10 / impressions,
      unseenAuc: this.#unseenSum / this.#unseenImpressions, impressions, unseenImpressions: this.#unseenImpressions,
    };
  }
}
