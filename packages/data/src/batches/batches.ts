import { GramkitError, type Batch, type BatchLayout } from '@gramkit/spec';
import { sortedByKey } from '../split/hash.js';
import { splitNames, type Split, type SplitName } from '../split/split.js';
import { HistoryCursor } from '../store/history-cursor.js';
import type { Store } from '../store/store.js';
import { BatchAssembler, type EvaluatedWindows } from './assemble-batch.js';
import { epochOrder, type EpochOrder } from './epoch-order.js';
import { interactionsInMemory, openHistories, type HistorySource } from './history-source.js';
import { positive } from './positive.js';
import { prefetch } from './prefetch.js';
import { stepsPerEpoch } from './steps-per-epoch.js';
import type { EvaluationBatch } from './evaluation-batch.js';
import { evaluationWindows, trainingWindows, windowsOfItems, type EvaluationWindows, type HeldOutPart, type Windows } from './windows.js';

export interface BatchesOptions {
  /** Interactions of a window. Default 100. */
  readonly windowLength?: number;
  /**
   * The positions of a batch are those of its longest window rounded up to a multiple of this, never above `windowLength`: with 4, a compiled
   * step meets a quarter of the shapes for a few percent of padding. Default 1: no rounding.
   */
  readonly lengthMultiple?: number;
  /**
   * How windows lie in a batch: one a row (`windows`), or several one after another in as few rows as first-fit decreasing needs, filled up to
   * an even number (`rows`). What a batch holds, and its `itemIds`, do not depend on it. Default `windows`; a sequence model names its own.
   */
  readonly layout?: BatchLayout;
  /** Up to how many interactions a set is kept in memory. Default 1,000,000. */
  readonly interactionsInMemory?: number;
}

export interface TrainBatchesOptions {
  readonly seed: number;
  readonly epoch: number;
  readonly batchSize: number;
  /** Where in the epoch to begin: to go on after a stop. Default 0. */
  readonly startBatch?: number;
  /** Leave out a last batch that is not full. Default true; fewer windows than one batch make one smaller batch. */
  readonly dropLast?: boolean;
  /**
   * How many batches' worth of windows are sorted by length together, so that a batch's windows are of like length and little of it is padding.
   * The batches then have a `fields.weight`, since they hold unlike numbers of predictions. Default 1: each batch as the order of the hash gives it.
   */
  readonly lengthPool?: number;
}

export interface EvaluationBatchesOptions {
  readonly split: HeldOutPart;
  readonly batchSize: number;
}

/** Batches made ahead of the reader. */
const batchesAhead = 4;
/** Interactions of one read when whole histories are scanned. */
const scanLength = 65_536;

/** Where batches come from: histories, and how they are cut. */
interface Cut {
  readonly training: Windows;
  readonly validation: EvaluationWindows;
  readonly test: EvaluationWindows;
}

/** Histories: those that are trained on, without the events of items that are held out, and all of them. They are one source where no items are. */
interface Sources {
  readonly training: HistorySource;
  readonly all: HistorySource;
}

/**
 * The batches of a split store. Memory grows with users and windows (about 20 bytes each), never with interactions.
 * Obtain it from `openBatches`; `close` it when done.
 */
export class Batches {
  readonly split: Split;
  readonly windowLength: number;
  readonly #lengthMultiple: number;
  readonly #catalogueSize: number;
  readonly #sources: Sources;
  readonly #assembler: BatchAssembler;
  readonly #cut: Cut;
  #closed: Promise<unknown> | undefined;

  constructor(split: Split, sources: Sources, cut: Cut, catalogueSize: number, options: Required<Omit<BatchesOptions, 'interactionsInMemory'>>) {
    this.split = split;
    this.windowLength = options.windowLength;
    this.#lengthMultiple = options.lengthMultiple;
    this.#catalogueSize = catalogueSize;
    this.#sources = sources;
    this.#cut = cut;
    this.#assembler = new BatchAssembler(catalogueSize, options.layout);
  }

  /** Windows of a part. */
  windowCount(part: SplitName): number {
    return this.#cut[part === 'train' ? 'training' : part].count;
  }

  /** Batches of a training epoch. */
  stepsPerEpoch(batchSize: number, dropLast = true): number {
    return stepsPerEpoch(this.windowCount('train'), batchSize, dropLast);
  }

  /**
   * The batches of one epoch, in the order that `epochOrder` describes. Which windows an epoch leaves out does not depend on `lengthPool`.
   * The same arguments give the same batches, so that an epoch can be taken up at any batch.
   */
  async *trainBatches(options: TrainBatchesOptions): AsyncGenerator<Batch> {
    const { seed, epoch, batchSize, startBatch = 0, dropLast = true, lengthPool = 1 } = options;
    const windows = this.#cut.training;
    const batches = this.stepsPerEpoch(batchSize, dropLast);
    const order = epochOrder(windows.lengths, { seed, epoch, batchSize, batches, lengthPool: positive(lengthPool, 'lengthPool') });
    yield* this.#batchesOf({ source: this.#sources.training, windows, batchSize, first: startBatch, end: batches }, order, (batch, packed, lengths) =>
      this.#assembler.assemble(packed, lengths, this.#positionsFor(lengths), order.weightOf?.(batch)));
  }

  /**
   * Every window of a part once, in order of length, ties by window: little padding. By user, all predictions count; otherwise a window may begin
   * with history, and where items are held out predictions of other items do not count either: `fields.counted` is 0 there.
   */
  async *evaluationBatches({ split: part, batchSize }: EvaluationBatchesOptions): AsyncGenerator<EvaluationBatch> {
    const windows = this.#cut[part];
    const byLength = sortedByKey(windows.count, (window) => windows.lengths[window]!);
    const order: EpochOrder = { windowsOf: (batch) => byLength.subarray(batch * batchSize, (batch + 1) * batchSize) };
    const end = Math.ceil(windows.count / positive(batchSize, 'batchSize'));
    yield* this.#batchesOf({ source: this.#sources.all, windows, batchSize, first: 0, end }, order, (batch, packed, lengths) =>
      this.#assembler.assembleEvaluation(packed, lengths, this.#positionsFor(lengths), this.#evaluated(part, order.windowsOf(batch))));
  }

  /** uint8 `[catalogue]`: 1 where no event that is trained on has the item (cold start). */
  async unseenItems(): Promise<Uint8Array> {
    const { trainEnds, historyLengths, ofItem } = this.split;
    const unseen = new Uint8Array(this.#catalogueSize).fill(1);
    const cursor = new HistoryCursor(historyLengths);
    let position = 0;
    for await (const packed of scan(this.#sources.all, historyLengths)) {
      for (const interaction of packed) {
        const user = cursor.userAt(position);
        const item = interaction >>> 1;
        if (position++ - cursor.start < trainEnds[user]! && (ofItem === undefined || ofItem[item] === 0)) unseen[item] = 0;
      }
    }
    return unseen;
  }

  /** Frees the histories. Idempotent; iterators must have ended. */
  async close(): Promise<void> {
    this.#closed ??= Promise.all([...new Set([this.#sources.training, this.#sources.all])].map((source) => source.close()));
    await this.#closed;
  }

  #evaluated(part: HeldOutPart, drawn: Uint32Array): EvaluatedWindows {
    const { users, contexts } = this.#cut[part];
    const { by, ofItem } = this.split;
    const ofPart = splitNames.indexOf(part);
    return {
      users: Int32Array.from(drawn, (window) => users[window]!),
      ...(by === 'user' ? {} : { counts: (window, offset, item) => offset >= contexts[drawn[window]!]! && (ofItem === undefined || ofItem[item] === ofPart) }),
    };
  }

  #batchesOf<Made extends Batch>({ source, windows, batchSize, first, end }: Stretch, order: EpochOrder, make: (batch: number, packed: Uint32Array, lengths: Int32Array) => Made): AsyncGenerator<Made> {
    // Memory outside the JavaScript heap is freed late: what is read serves again for a later batch.
    const spare: Uint32Array[] = [];
    return prefetch(Math.max(0, end - first), batchesAhead, async (index) => {
      const drawn = order.windowsOf(first + index);
      const positions = Float64Array.from(drawn, (window) => windows.starts[window]!);
      const lengths = Int32Array.from(drawn, (window) => windows.lengths[window]!);
      const buffer = spare.pop() ?? new Uint32Array(Math.min(batchSize, windows.count) * this.windowLength);
      await source.read(positions, lengths, buffer);
      spare.push(buffer);
      return make(first + index, buffer, lengths);
    });
  }

  #positionsFor(lengths: Int32Array): number {
    const longest = lengths.reduce((length, window) => Math.max(length, window), 0);
    return Math.min(this.windowLength, Math.ceil(longest / this.#lengthMultiple) * this.#lengthMultiple);
  }
}

/** Which batches of which windows. */
interface Stretch {
  readonly source: HistorySource;
  readonly windows: Windows;
  readonly batchSize: number;
  readonly first: number;
  readonly end: number;
}

/** Every interaction of histories, in stretches whose array is used again. */
async function* scan(source: HistorySource, historyLengths: Uint32Array): AsyncGenerator<Uint32Array> {
  const interactions = historyLengths.reduce((sum, length) => sum + length, 0);
  const buffer = new Uint32Array(Math.min(scanLength, interactions));
  for (let first = 0; first < interactions; first += scanLength) {
    const packed = buffer.subarray(0, Math.min(scanLength, interactions - first));
    await source.read([first], [packed.length], packed);
    yield packed;
  }
}

/**
 * Makes the batches of a store under a split.
 * @throws GramkitError CONFIGURATION_INVALID for a window of fewer than two interactions, a multiple below 1 or an unknown layout, DATA_EMPTY where no training user has a window.
 */
export async function openBatches(store: Store, split: Split, options: BatchesOptions = {}): Promise<Batches> {
  const windowLength = positive(options.windowLength ?? 100, 'windowLength', 2);
  const lengthMultiple = positive(options.lengthMultiple ?? 1, 'lengthMultiple');
  const layout = knownLayout(options.layout ?? 'windows');
  const inMemory = options.interactionsInMemory ?? interactionsInMemory;
  const all = await openHistories(store, inMemory);
  const training = split.ofItem === undefined ? all : await openHistories(store, inMemory, split.ofItem);
  const batches = new Batches(split, { training, all }, await cut(split, all, windowLength), store.summary.items, { windowLength, lengthMultiple, layout });
  if (batches.windowCount('train') > 0) return batches;
  await batches.close();
  throw new GramkitError('DATA_EMPTY', `none of the ${split.users.train} training users has two interactions or more`, { file: store.file, fix: 'add data, or hold out less' });
}

async function cut(split: Split, histories: HistorySource, windowLength: number): Promise<Cut> {
  const { historyLengths, trainEnds, ofItem } = split;
  if (ofItem === undefined) {
    return {
      training: trainingWindows(historyLengths, trainEnds, windowLength),
      validation: evaluationWindows(split, 'validation', windowLength),
      test: evaluationWindows(split, 'test', windowLength),
    };
  }
  const scanAll = (): AsyncIterable<Uint32Array> => scan(histories, historyLengths);
  const lengths = await lengthsInTraining(split, ofItem, scanAll());
  return {
    training: trainingWindows(lengths, lengths, windowLength),
    validation: await windowsOfItems(split, 'validation', windowLength, scanAll),
    test: await windowsOfItems(split, 'test', windowLength, scanAll),
  };
}

/** Interactions of every user with items that are not held out `[users]`. */
async function lengthsInTraining({ historyLengths }: Split, ofItem: Uint8Array, histories: AsyncIterable<Uint32Array>): Promise<Uint32Array> {
  const lengths = new Uint32Array(historyLengths.length);
  const cursor = new HistoryCursor(historyLengths);
  let position = 0;
  for await (const packed of histories) {
    for (const interaction of packed) {
      const user = cursor.userAt(position++);
      if (ofItem[interaction >>> 1] === 0) lengths[user]!++;
    }
  }
  return lengths;
}

function knownLayout(layout: BatchLayout): BatchLayout {
  const layouts: readonly BatchLayout[] = ['windows', 'rows'];
  if (layouts.includes(layout)) return layout;
  throw new GramkitError('CONFIGURATION_INVALID', `there is no layout of batches '${String(layout)}'`, {
    field: 'layout',
    alternatives: [...layouts],
    fix: "name one of them; a sequence model does so by its 'batchLayout'",
  });
}
