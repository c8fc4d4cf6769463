/** Quality of the ranking of one impression that has candidates of both classes. */
export interface ImpressionMetrics {
  readonly auc: number;
  /** Mean over the clicked candidates of 1 / rank. */
  readonly reciprocalRank: number;
  readonly ndcgAt5: number;
  readonly ndcgAt10: number;
  /** Cross-entropy in nats. */
  readonly loss: number;
}

/** Candidates of one score, which share the ranks `before + 1` to `before + size`. */
interface Tie {
  readonly before: number;
  readonly size: number;
  readonly clicked: number;
}

/**
 * Metrics of one impression: `scores` and `clicked` (1 or 0) one entry a candidate. Candidates of equal score stand in no order: each metric
 * is its expected value over all orders of theirs, so that neither the order in which candidates are listed nor a model that gives
 * everything one score gains anything. Nothing where all candidates are of one class: every ranking of them is as good.
 */
export function impressionMetrics(scores: ArrayLike<number>, clicked: ArrayLike<number>): ImpressionMetrics | undefined {
  const positives = countOf(clicked);
  if (positives === 0 || positives === scores.length) return undefined;
  const ties = tiesOf(scores, clicked);
  return {
    auc: areaOf(ties, scores.length, positives),
    reciprocalRank: gainOf(ties, scores.length, (rank) => 1 / rank) / positives,
    ndcgAt5: normalizedGainAt(5, ties, positives),
    ndcgAt10: normalizedGainAt(10, ties, positives),
    loss: crossEntropy(scores, clicked, positives),
  };
}

/** The AUC alone. */
export function impressionAuc(scores: ArrayLike<number>, clicked: ArrayLike<number>): number | undefined {
  const positives = countOf(clicked);
  if (positives === 0 || positives === scores.length) return undefined;
  return areaOf(tiesOf(scores, clicked), scores.length, positives);
}

function countOf(clicked: ArrayLike<number>): number {
  let count = 0;
  for (let candidate = 0; candidate < clicked.length; candidate++) count += clicked[candidate]!;
  return count;
}

/** The candidates by falling score, those of one score together. */
function tiesOf(scores: ArrayLike<number>, clicked: ArrayLike<number>): readonly Tie[] {
  const order = Array.from(scores, (_, candidate) => candidate).sort((first, second) => scores[second]! - scores[first]!);
  const ties: Tie[] = [];
  for (let before = 0; before < order.length; ) {
    let end = before;
    let positives = 0;
    for (; end < order.length && scores[order[end]!] === scores[order[before]!]; end++) positives += clicked[order[end]!]!;
    ties.push({ before, size: end - before, clicked: positives });
    before = end;
  }
  return ties;
}

/** Share of (clicked, not clicked) pairs in order, a tie counting one half. */
function areaOf(ties: readonly Tie[], candidates: number, positives: number): number {
  let below = candidates - positives;
  let pairs = 0;
  for (const { size, clicked } of ties) {
    const level = size - clicked;
    below -= level;
    pairs += clicked * (below + level / 2);
  }
  return pairs / (positives * (candidates - positives));
}

/** Expected sum over the clicked candidates of `gain(rank)`, ranks from 1 to `cut`. */
function gainOf(ties: readonly Tie[], cut: number, gain: (rank: number) => number): number {
  let sum = 0;
  for (const { before, size, clicked } of ties) {
    if (before >= cut) break;
    if (clicked === 0) continue;
    let gains = 0;
    for (let rank = before + 1; rank <= Math.min(before + size, cut); rank++) gains += gain(rank);
    sum += gains * (clicked / size);
  }
  return sum;
}

/** Järvelin and Kekäläinen (2002), gains of 0 and 1: the discounted gain over that of the best order, both cut at rank `cut`. */
function normalizedGainAt(cut: number, ties: readonly Tie[], positives: number): number {
  const discount = (rank: number): number => 1 / Math.log2(rank + 1);
  const best: Tie = { before: 0, size: positives, clicked: positives };
  return gainOf(ties, cut, discount) / gainOf([best], cut, discount);
}

/** Mean over the clicked candidates of `-log softmax` among one of them and all that were not clicked: the training loss, with every negative. */
function crossEntropy(scores: ArrayLike<number>, clicked: ArrayLike<number>, positives: number): number {
  let highest = Number.NEGATIVE_INFINITY;
  for (let candidate = 0; candidate < scores.length; candidate++) if (clicked[candidate] === 0) highest = Math.max(highest, scores[candidate]!);
  let negatives = 0;
  for (let candidate = 0; candidate < scores.length; candidate++) if (clicked[candidate] === 0) negatives += Math.exp(scores[candidate]! - highest);
  const normalizer = highest + Math.log(negatives);
  let sum = 0;
  for (let candidate = 0; candidate < scores.length; candidate++) if (clicked[candidate] !== 0) sum += softplus(normalizer - scores[candidate]!);
  return sum / positives;
}

/** `log(1 + exp(x))` that neither overflows nor loses small values. */
function softplus(x: number): number {
  return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
}
