import { GrowingScores } from './growing-scores.js';

/** Predictions up to which the area is exact; beyond, scores are counted in `binCount` bins and memory stays as it is. */
export const exactLimit = 8_000_000;

/** Bins of equal numbers of float32 values: a bin spans a relative width of 2^-11 at every magnitude. */
const binShift = 12;
export const binCount = 2 ** (32 - binShift);

/**
 * The area under the ROC curve as the Mann-Whitney statistic: the share of (positive, negative) pairs in which the positive scores higher,
 * a tie counting one half. Takes 4 bytes a prediction while exact, 16 MB once binned; scores of one bin then count as ties.
 */
export class AreaUnderCurve {
  #exact: { readonly positives: GrowingScores; readonly negatives: GrowingScores } | undefined = { positives: new GrowingScores(), negatives: new GrowingScores() };
  #positiveBins = new Float64Array(0);
  #negativeBins = new Float64Array(0);
  #count = 0;

  constructor(private readonly limit = exactLimit) {}

  get count(): number {
    return this.#count;
  }

  /** Whether the area was counted pair by pair and not in bins. */
  get isExact(): boolean {
    return this.#exact !== undefined;
  }

  add(score: number, positive: boolean): void {
    this.#count++;
    if (this.#exact !== undefined && this.#count > this.limit) this.#switchToBins(this.#exact);
    if (this.#exact !== undefined) (positive ? this.#exact.positives : this.#exact.negatives).push(score);
    else this.#countInBin(score, positive);
  }

  /** Null where there are no positives or no negatives. */
  value(): number | null {
    return this.#exact === undefined ? areaOfBins(this.#positiveBins, this.#negativeBins) : areaOfSorted(this.#exact.positives.sorted(), this.#exact.negatives.sorted());
  }

  #switchToBins(exact: { readonly positives: GrowingScores; readonly negatives: GrowingScores }): void {
    this.#positiveBins = new Float64Array(binCount);
    this.#negativeBins = new Float64Array(binCount);
    for (const score of exact.positives.sorted()) this.#countInBin(score, true);
    for (const score of exact.negatives.sorted()) this.#countInBin(score, false);
    this.#exact = undefined;
  }

  #countInBin(score: number, positive: boolean): void {
    const bins = positive ? this.#positiveBins : this.#negativeBins;
    bins[binOf(score)]! += 1;
  }
}

const floatView = new Float32Array(1);
const bitView = new Uint32Array(floatView.buffer);

/** An unsigned 32-bit number that orders float32 values: the sign bit of positives flipped, all bits of negatives. Zero has one place, whatever its sign. */
export function orderOf(score: number): number {
  floatView[0] = score === 0 ? 0 : score;
  const bits = bitView[0]!;
  return ((bits & 0x80000000) === 0 ? bits | 0x80000000 : ~bits) >>> 0;
}

/** The bin of a score, from 0 to `binCount` - 1, rising with it. */
export function binOf(score: number): number {
  return orderOf(score) >>> binShift;
}

function areaOfSorted(positives: Float32Array, negatives: Float32Array): number | null {
  if (positives.length === 0 || negatives.length === 0) return null;
  let below = 0;
  let notAbove = 0;
  let pairs = 0;
  for (const score of positives) {
    while (below < negatives.length && negatives[below]! < score) below++;
    notAbove = Math.max(notAbove, below);
    while (notAbove < negatives.length && negatives[notAbove]! === score) notAbove++;
    pairs += (below + notAbove) / 2;
  }
  return pairs / (positives.length * negatives.length);
}

function areaOfBins(positives: Float64Array, negatives: Float64Array): number | null {
  let positivesSoFar = 0;
  let negativesSoFar = 0;
  let pairs = 0;
  for (let bin = 0; bin < positives.length; bin++) {
    pairs += positives[bin]! * (negativesSoFar + negatives[bin]! / 2);
    positivesSoFar += positives[bin]!;
    negativesSoFar += negatives[bin]!;
  }
  return positivesSoFar === 0 || negativesSoFar === 0 ? null : pairs / (positivesSoFar * negativesSoFar);
}
