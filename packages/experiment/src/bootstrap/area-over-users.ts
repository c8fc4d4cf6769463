import { sortedByKey } from '@gramkit/data';
import { binCount, binOf, orderOf } from '../metrics/area-under-curve.js';
import type { MetricName } from '../metrics/evaluation-metrics.js';
import type { UserStatistic } from './user-statistic.js';

/** Predictions one entry each, the user by place among the users that are drawn from. */
export interface ScoredResponses {
  readonly count: number;
  readonly scores: Float32Array;
  readonly users: Uint32Array;
  readonly correct: Uint8Array;
}

/**
 * The area under the ROC curve counted anew in every resample, ties one half: scores are sorted once, and a resample is one pass over them.
 */
export function exactArea(name: MetricName, { count, scores, users, correct }: ScoredResponses): UserStatistic {
  const order = sortedByKey(count, (index) => orderOf(scores[index]!));
  // User and response in one number, by rising score; where a run of equal scores ends.
  const packed = Uint32Array.from(order, (index) => 2 * users[index]! + correct[index]!);
  const ends = endsOfTies(count, (place) => scores[order[place]!]!);
  return { name, value: (weights) => weightedArea(packed, ends, weights) };
}

function endsOfTies(count: number, scoreAt: (place: number) => number): Uint32Array {
  const ends: number[] = [];
  for (let place = 1; place <= count; place++) if (place === count || scoreAt(place) !== scoreAt(place - 1)) ends.push(place);
  return Uint32Array.from(ends);
}

function weightedArea(packed: Uint32Array, ends: Uint32Array, weights: Float64Array): number {
  let pairs = 0;
  let positives = 0;
  let negatives = 0;
  let place = 0;
  for (let tie = 0; tie < ends.length; tie++) {
    const end = ends[tie]!;
    let positivesHere = 0;
    let negativesHere = 0;
    for (; place < end; place++) {
      const entry = packed[place]!;
      if ((entry & 1) === 1) positivesHere += weights[entry >>> 1]!;
      else negativesHere += weights[entry >>> 1]!;
    }
    pairs += positivesHere * (negatives + negativesHere / 2);
    positives += positivesHere;
    negatives += negativesHere;
  }
  return pairs / (positives * negatives);
}

/**
 * The same to first order in the weights, for more predictions than a pass for every resample can afford: the area changes by its derivative
 * with respect to each user's weight (the influence of the user; Obuchowski 1997 for clustered ROC data). Predictions are gone through twice
 * and never kept: first all are counted, then all are placed. Scores are told apart in bins, as the area itself beyond its exact limit.
 */
export class InfluenceOnArea {
  readonly #positives = new Float64Array(binCount);
  readonly #negatives = new Float64Array(binCount);
  readonly #pairs: Float64Array;
  readonly #userPositives: Float64Array;
  readonly #userNegatives: Float64Array;
  #negativesBelow: Float64Array | undefined;
  #positivesAbove: Float64Array | undefined;

  constructor(users: number) {
    this.#pairs = new Float64Array(users);
    this.#userPositives = new Float64Array(users);
    this.#userNegatives = new Float64Array(users);
  }

  /** First time through. */
  count(score: number, correct: boolean): void {
    (correct ? this.#positives : this.#negatives)[binOf(score)]! += 1;
  }

  /** Second time through. */
  place(score: number, correct: boolean, user: number): void {
    const bin = binOf(score);
    this.#negativesBelow ??= below(this.#negatives);
    this.#positivesAbove ??= above(this.#positives);
    this.#pairs[user]! += correct ? this.#negativesBelow[bin]! : this.#positivesAbove[bin]!;
    (correct ? this.#userPositives : this.#userNegatives)[user]! += 1;
  }

  statistic(name: MetricName): UserStatistic {
    const positives = sum(this.#userPositives);
    const negatives = sum(this.#userNegatives);
    // Every pair was counted at its positive and at its negative.
    const area = sum(this.#pairs) / 2 / (positives * negatives);
    const influence = this.#pairs.map((pairs, user) => pairs / (positives * negatives) - area * (this.#userPositives[user]! / positives + this.#userNegatives[user]! / negatives));
    return {
      name,
      value: (weights) => {
        let value = area;
        for (let user = 0; user < influence.length; user++) value += weights[user]! * influence[user]!;
        return value;
      },
    };
  }
}

/** For each bin what lies below it, its own counting one half. */
function below(bins: Float64Array): Float64Array {
  let before = 0;
  return bins.map((count) => {
    before += count;
    return before - count / 2;
  });
}

function above(bins: Float64Array): Float64Array {
  const all = sum(bins);
  return below(bins).map((under) => all - under);
}

function sum(values: Float64Array): number {
  return values.reduce((total, value) => total + value, 0);
}
