import { GramkitError, type Batch } from '@gramkit/spec';
import type { EvaluationBatchesOptions, TrainBatchesOptions } from '../batches/batches.js';
import { epochOrder } from '../batches/epoch-order.js';
import type { EvaluationBatch } from '../batches/evaluation-batch.js';
import { interactionsInMemory } from '../batches/history-source.js';
import { positive } from '../batches/positive.js';
import { prefetch } from '../batches/prefetch.js';
import { stepsPerEpoch } from '../batches/steps-per-epoch.js';
import { hash32, hashInto, hashStreams, sortedByKey } from '../split/hash.js';
import type { Split, SplitName } from '../split/split.js';
import type { Store } from '../store/store.js';
import { emptyRows, ImpressionAssembler, type ImpressionRows } from './assemble-impressions.js';
import { partOf } from './click-samples.js';
import { NumberedSamples } from './numbered-samples.js';
import { ShownImpressions } from './shown-impressions.js';
import { SpareArrays } from './spare-arrays.js';

export interface ImpressionBatchesOptions {
  /** Longest history of a row: the latest clicks before the impression. Default 50. */
  readonly historyLength?: number;
  /** K: items beside the clicked one in training. Default 4. */
  readonly negatives?: number;
  /** Histories, and the candidates of evaluation, are as many as the most of a batch, rounded up to a multiple of this. Default 1: no rounding. */
  readonly lengthMultiple?: number;
  /** Up to how many items of histories, and how many candidates, are kept in memory. Default 1,000,000. */
  readonly interactionsInMemory?: number;
}

type ImpressionSettings = Required<Omit<ImpressionBatchesOptions, 'interactionsInMemory'>>;

/** Batches made ahead of the reader. */
const batchesAhead = 4;
/** Impressions of one read when all are scanned. */
const scanImpressions = 1024;

/** Impressions as they were read, one after another. */
interface ReadImpressions {
  readonly impressions: Uint32Array;
  /** Items of the histories, the latest of each. */
  readonly histories: Uint32Array;
  readonly historyLengths: Uint32Array;
  /** `2 * item + clicked`. */
  readonly candidates: Uint32Array;
  readonly candidateCounts: Uint32Array;
}

/**
 * Batches for recommendation where it is known what was shown.
 *
 * Training: every clicked candidate of a training impression is a sample, in column 0, beside K of those that the same impression shows and that were not
 * clicked, as NRMS is trained (Wu et al., EMNLP 2019): different ones where there are K, else drawn with repetition; where there are none the click is
 * dropped. Evaluation: whole impressions. Memory grows with impressions, never with the lengths of their lists.
 * Obtain it from `openImpressionBatches`; `close` it when done.
 */
export class ImpressionBatches {
  readonly split: Split;
  readonly historyLength: number;
  /** Clicks of training impressions that show nothing else: they are not trained on. */
  readonly droppedClicks: number;
  readonly #settings: ImpressionSettings;
  readonly #catalogueSize: number;
  readonly #shown: ShownImpressions;
  readonly #assembler: ImpressionAssembler;
  /** Samples of each impression. */
  readonly #samples: NumberedSamples;
  /** Number of the first impression of each user, and behind the last `[users + 1]`. */
  readonly #starts: Uint32Array;
  readonly #evaluated = new Map<SplitName, Uint32Array>();
  #closed: Promise<void> | undefined;

  constructor(split: Split, shown: ShownImpressions, catalogueSize: number, settings: ImpressionSettings) {
    this.split = split;
    this.historyLength = settings.historyLength;
    this.#settings = settings;
    this.#catalogueSize = catalogueSize;
    this.#shown = shown;
    this.#assembler = new ImpressionAssembler(catalogueSize);
    this.#starts = startsOf(split.historyLengths);
    const { counts, dropped } = samplesOf(split, shown, this.#starts);
    this.#samples = new NumberedSamples(counts);
    this.droppedClicks = dropped;
  }

  /** Rows of a part: training samples, or impressions that are evaluated. */
  windowCount(part: SplitName): number {
    return part === 'train' ? this.#samples.count : this.#impressionsOf(part).length;
  }

  /** Batches of a training epoch. */
  stepsPerEpoch(batchSize: number, dropLast = true): number {
    return stepsPerEpoch(this.#samples.count, batchSize, dropLast);
  }

  /**
   * The batches of one epoch: samples in the order of `epochOrder`, whose pools are by length of history. Draw `d` of sample `s` is the not-clicked candidate
   * of place `hash32(seed, 3, epoch, s, d) mod` their number. The same arguments give the same batches.
   */
  async *trainBatches(options: TrainBatchesOptions): AsyncGenerator<Batch> {
    const { seed, epoch, batchSize, startBatch = 0, dropLast = true, lengthPool = 1 } = options;
    const batches = this.stepsPerEpoch(batchSize, dropLast);
    const lengths = positive(lengthPool, 'lengthPool') === 1 ? new Uint32Array(this.#samples.count) : this.#sampleLengths();
    const order = epochOrder(lengths, { seed, epoch, batchSize, batches, lengthPool });
    const key = hash32(seed, hashStreams.negatives, epoch);
    yield* this.#batches(Math.max(0, batches - startBatch), (index) => order.windowsOf(startBatch + index).map((sample) => this.#samples.ownerOf(sample)), (read, index) => {
      return this.#trainingRows(read, order.windowsOf(startBatch + index), key);
    });
  }

  /** Every impression of a part once and whole, by its number of candidates and then the length of its history: little padding. */
  async *evaluationBatches({ split, batchSize }: EvaluationBatchesOptions): AsyncGenerator<EvaluationBatch> {
    const impressions = this.#impressionsOf(split);
    const rowsOf = (index: number): Uint32Array => impressions.subarray(index * batchSize, (index + 1) * batchSize);
    let batch = 0;
    for await (const made of this.#batches(Math.ceil(impressions.length / positive(batchSize, 'batchSize')), rowsOf, (read) => this.#wholeRows(read))) {
      yield { ...made, users: Int32Array.from(rowsOf(batch++), (impression) => this.#userOf(impression)) };
    }
  }

  /** uint8 `[catalogue]`: 1 where no training impression shows the item or has it in its history (cold start). */
  async unseenItems(): Promise<Uint8Array> {
    const unseen = new Uint8Array(this.#catalogueSize).fill(1);
    const training = this.#impressionsOf('train');
    const spare = new SpareArrays();
    for (let first = 0; first < training.length; first += scanImpressions) {
      const read = await this.#read(training.subarray(first, first + scanImpressions), spare, Number.POSITIVE_INFINITY);
      for (let cell = sum(read.historyLengths) - 1; cell >= 0; cell--) unseen[read.histories[cell]!] = 0;
      for (let cell = sum(read.candidateCounts) - 1; cell >= 0; cell--) unseen[read.candidates[cell]! >>> 1] = 0;
      spare.giveBack(read.histories);
      spare.giveBack(read.candidates);
    }
    return unseen;
  }

  /** Frees the impressions. Idempotent; iterators must have ended. */
  close(): Promise<void> {
    this.#closed ??= this.#shown.close();
    return this.#closed;
  }

  /** The impressions of a part, in the order in which they are evaluated. */
  #impressionsOf(part: SplitName): Uint32Array {
    const known = this.#evaluated.get(part) ?? this.#ordered(part);
    this.#evaluated.set(part, known);
    return known;
  }

  #ordered(part: SplitName): Uint32Array {
    const found = new Uint32Array(this.#starts.at(-1)!);
    let count = 0;
    for (let user = 0; user < this.split.historyLengths.length; user++) {
      const { start, end } = partOf(this.split, part, user);
      for (let place = start; place < end; place++) found[count++] = this.#starts[user]! + place;
    }
    const impressions = found.subarray(0, count);
    const half = 0xffff;
    const order = sortedByKey(count, (row) => Math.min(half, this.#shown.candidateCount(impressions[row]!)) * (half + 1) + Math.min(half, this.#historyLengthOf(impressions[row]!)));
    return order.map((row) => impressions[row]!);
  }

  #historyLengthOf(impression: number): number {
    return Math.min(this.historyLength, this.#shown.historyLength(impression));
  }

  #sampleLengths(): Uint32Array {
    return new Uint32Array(this.#samples.count).map((_, sample) => this.#historyLengthOf(this.#samples.ownerOf(sample)));
  }

  /** The last user whose impressions begin at or before it; users without impressions there are none. */
  #userOf(impression: number): number {
    let low = 0;
    let high = this.#starts.length - 1;
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if (this.#starts[middle]! <= impression) low = middle;
      else high = middle;
    }
    return low;
  }

  #batches(count: number, impressionsOf: (index: number) => Uint32Array, rowsOf: (read: ReadImpressions, index: number) => ImpressionRows): AsyncGenerator<Batch> {
    const spare = new SpareArrays();
    return prefetch(count, batchesAhead, async (index) => {
      const read = await this.#read(impressionsOf(index), spare, this.historyLength);
      const batch = this.#assembler.assemble(rowsOf(read, index));
      spare.giveBack(read.histories);
      spare.giveBack(read.candidates);
      return batch;
    });
  }

  async #read(impressions: Uint32Array, spare: SpareArrays, longestHistory: number): Promise<ReadImpressions> {
    const historyLengths = impressions.map((impression) => Math.min(longestHistory, this.#shown.historyLength(impression)));
    const candidateCounts = impressions.map((impression) => this.#shown.candidateCount(impression));
    const histories = spare.take(sum(historyLengths));
    const candidates = spare.take(sum(candidateCounts));
    await this.#shown.readHistories(impressions, historyLengths, histories);
    await this.#shown.readCandidates(impressions, candidateCounts, candidates);
    return { impressions, histories, historyLengths, candidates, candidateCounts };
  }

  #trainingRows(read: ReadImpressions, samples: Uint32Array, key: number): ImpressionRows {
    const { negatives } = this.#settings;
    const rows = this.#rowsWithHistories(read, 1 + negatives);
    for (let row = 0, first = 0; row < rows.rows; first += read.candidateCounts[row++]!) {
      const candidates = read.candidates.subarray(first, first + read.candidateCounts[row]!);
      const clicks = candidates.filter((candidate) => (candidate & 1) === 1);
      const others = candidates.filter((candidate) => (candidate & 1) === 0);
      const cell = row * rows.candidateCount;
      rows.candidates[cell] = clicks[this.#samples.placeOf(samples[row]!, read.impressions[row]!)]! >>> 1;
      rows.labels[cell] = 1;
      drawOthers(others, hashInto(key, samples[row]!), rows.candidates.subarray(cell + 1, cell + 1 + negatives));
    }
    return rows;
  }

  #wholeRows(read: ReadImpressions): ImpressionRows {
    const rows = this.#rowsWithHistories(read, this.#rounded(read.candidateCounts));
    for (let row = 0, source = 0; row < rows.rows; row++) {
      for (let place = 0, cell = row * rows.candidateCount; place < read.candidateCounts[row]!; place++, cell++, source++) {
        rows.candidates[cell] = read.candidates[source]! >>> 1;
        rows.labels[cell] = read.candidates[source]! & 1;
      }
    }
    return rows;
  }

  #rowsWithHistories({ impressions, histories, historyLengths }: ReadImpressions, candidateCount: number): ImpressionRows {
    const rows = emptyRows(impressions.length, Math.max(1, Math.min(this.historyLength, this.#rounded(historyLengths))), candidateCount);
    for (let row = 0, source = 0; row < impressions.length; row++) {
      for (let place = 0, cell = row * rows.historyLength; place < historyLengths[row]!; place++) rows.history[cell++] = histories[source++]!;
    }
    return rows;
  }

  #rounded(lengths: Uint32Array): number {
    const longest = lengths.reduce((most, length) => Math.max(most, length), 1);
    return Math.ceil(longest / this.#settings.lengthMultiple) * this.#settings.lengthMultiple;
  }
}

/** Fills `into` with items of `others`, as `2 * item`: different places where there are enough, else with repetition. */
function drawOthers(others: Uint32Array, key: number, into: Int32Array): void {
  const repeats = others.length < into.length;
  const taken = new Set<number>();
  for (let draw = 0, filled = 0; filled < into.length; draw++) {
    const place = hashInto(key, draw) % others.length;
    if (!repeats && taken.has(place)) continue;
    taken.add(place);
    into[filled++] = others[place]! >>> 1;
  }
}

/**
 * Makes the batches of a store of impressions under a split.
 * @throws GramkitError CONFIGURATION_INVALID for a length or number below 1, DATA_EMPTY where no training impression has something clicked beside something that was not.
 */
export async function openImpressionBatches(store: Store, split: Split, options: ImpressionBatchesOptions = {}): Promise<ImpressionBatches> {
  const settings: ImpressionSettings = {
    historyLength: positive(options.historyLength ?? 50, 'data.historyLength'),
    negatives: positive(options.negatives ?? 4, 'data.negatives'),
    lengthMultiple: positive(options.lengthMultiple ?? 1, 'lengthMultiple'),
  };
  const shown = await ShownImpressions.open(store, options.interactionsInMemory ?? interactionsInMemory);
  const batches = new ImpressionBatches(split, shown, store.summary.items, settings);
  if (batches.windowCount('train') > 0) return batches;
  await batches.close();
  throw new GramkitError('DATA_EMPTY', 'no impression to train on shows something that was clicked beside something that was not', { file: store.file, fix: 'add data, or hold out less' });
}

function samplesOf({ trainEnds }: Split, shown: ShownImpressions, starts: Uint32Array): { readonly counts: Uint32Array; readonly dropped: number } {
  const counts = new Uint32Array(starts.at(-1)!);
  let dropped = 0;
  trainEnds.forEach((end, user) => {
    for (let impression = starts[user]!; impression < starts[user]! + end; impression++) {
      const clicks = shown.clicks[impression]!;
      if (clicks < shown.candidateCount(impression)) counts[impression] = clicks;
      else dropped += clicks;
    }
  });
  return { counts, dropped };
}

function startsOf(historyLengths: Uint32Array): Uint32Array {
  const starts = new Uint32Array(historyLengths.length + 1);
  historyLengths.forEach((length, user) => (starts[user + 1] = starts[user]! + length));
  return starts;
}

function sum(numbers: Uint32Array): number {
  return numbers.reduce((total, number) => total + number, 0);
}
