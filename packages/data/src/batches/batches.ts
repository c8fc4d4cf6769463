import { GramkitError, type Batch, type BatchLayout } from '@gramkit/spec';
import { sortedByKey } from '../split/hash.js';
import { splitNames, type Split, type SplitName } from '../split/split.js';
import { HistoryCursor } from '../store/history-cursor.js';
import type { Store } from '../store/store.js';
import { BatchAssembler } from './assemble-batch.js';
import { epochOrder, type EpochOrder } from './epoch-order.js';
import { interactionsInMemory, openHistories, type HistorySource } from './history-source.js';
import { prefetch } from './prefetch.js';
import { cutWindows, type Windows } from './windows.js';

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
  readonly split: SplitName;
  readonly batchSize: number;
}

/** Batches made ahead of the reader. */
const batchesAhead = 4;
/** Interactions of one read when whole histories are scanned. */
const scanLength = 65_536;

/**
 * The batches of a split store. Memory grows with users and windows (about 20 bytes each), never with interactions.
 * Obtain it from `openBatches`; `close` it when done.
 */
export class Batches {
  readonly split: Split;
  readonly windowLength: number;
  readonly #lengthMultiple: number;
  readonly #catalogueSize: number;
  readonly #histories: HistorySource;
  readonly #assembler: BatchAssembler;
  readonly #windows = new Map<SplitName, Windows>();
  #closed: Promise<void> | undefined;

  constructor(split: Split, histories: HistorySource, catalogueSize: number, options: Required<Omit<BatchesOptions, 'interactionsInMemory'>>) {
    this.split = split;
    this.windowLength = options.windowLength;
    this.#lengthMultiple = options.lengthMultiple;
    this.#catalogueSize = catalogueSize;
    this.#histories = histories;
    this.#assembler = new BatchAssembler(catalogueSize, options.layout);
  }

  /** Windows of a part. */
  windowCount(part: SplitName): number {
    return this.#windowsOf(part).count;
  }

  /** Batches of a training epoch. */
  stepsPerEpoch(batchSize: number, dropLast = true): number {
    const batches = this.windowCount('train') / positive(batchSize, 'batchSize');
    return dropLast && batches >= 1 ? Math.floor(batches) : Math.ceil(batches);
  }

  /**
   * The batches of one epoch, in the order that `epochOrder` describes. Which windows an epoch leaves out does not depend on `lengthPool`.
   * The same arguments give the same batches, so that an epoch can be taken up at any batch.
   */
  async *trainBatches(options: TrainBatchesOptions): AsyncGenerator<Batch> {
    const { seed, epoch, batchSize, startBatch = 0, dropLast = true, lengthPool = 1 } = options;
    const windows = this.#windowsOf('train');
    const batches = this.stepsPerEpoch(batchSize, dropLast);
    const order = epochOrder(windows.lengths, { seed, epoch, batchSize, batches, lengthPool: positive(lengthPool, 'lengthPool') });
    yield* this.#batchesOf(windows, order, batchSize, startBatch, batches);
  }

  /** Every window of a part once, in order of length, ties by window: little padding. */
  async *evaluationBatches({ split, batchSize }: EvaluationBatchesOptions): AsyncGenerator<Batch> {
    const windows = this.#windowsOf(split);
    const byLength = sortedByKey(windows.count, (window) => windows.lengths[window]!);
    const order: EpochOrder = { windowsOf: (batch) => byLength.subarray(batch * batchSize, (batch + 1) * batchSize) };
    yield* this.#batchesOf(windows, order, batchSize, 0, Math.ceil(windows.count / positive(batchSize, 'batchSize')));
  }

  /** uint8 `[catalogue]`: 1 where no training user has an interaction with the item (cold start). */
  async unseenItems(): Promise<Uint8Array> {
    const { ofUser, historyLengths } = this.split;
    const train = splitNames.indexOf('train');
    const unseen = new Uint8Array(this.#catalogueSize).fill(1);
    const cursor = new HistoryCursor(historyLengths);
    for await (const { packed, first } of this.#scan()) {
      for (let index = 0; index < packed.length; index++) {
        if (ofUser[cursor.userAt(first + index)] === train) unseen[packed[index]! >>> 1] = 0;
      }
    }
    return unseen;
  }

  /** Frees the histories. Idempotent; iterators must have ended. */
  close(): Promise<void> {
    this.#closed ??= this.#histories.close();
    return this.#closed;
  }

  #windowsOf(part: SplitName): Windows {
    const known = this.#windows.get(part) ?? cutWindows(this.split, part, this.windowLength);
    this.#windows.set(part, known);
    return known;
  }

  #batchesOf(windows: Windows, order: EpochOrder, batchSize: number, first: number, end: number): AsyncGenerator<Batch> {
    // Memory outside the JavaScript heap is freed late: what is read serves again for a later batch.
    const spare: Uint32Array[] = [];
    return prefetch(Math.max(0, end - first), batchesAhead, async (index) => {
      const drawn = order.windowsOf(first + index);
      const positions = Float64Array.from(drawn, (window) => windows.starts[window]!);
      const lengths = Int32Array.from(drawn, (window) => windows.lengths[window]!);
      const buffer = spare.pop() ?? new Uint32Array(Math.min(batchSize, windows.count) * this.windowLength);
      await this.#histories.read(positions, lengths, buffer);
      spare.push(buffer);
      return this.#assembler.assemble(buffer, lengths, this.#positionsFor(lengths), order.weightOf?.(first + index));
    });
  }

  #positionsFor(lengths: Int32Array): number {
    const longest = lengths.reduce((length, window) => Math.max(length, window), 0);
    return Math.min(this.windowLength, Math.ceil(longest / this.#lengthMultiple) * this.#lengthMultiple);
  }

  /** Every interaction, in stretches whose array is used again. */
  async *#scan(): AsyncGenerator<{ packed: Uint32Array; first: number }> {
    const interactions = this.split.historyLengths.reduce((sum, length) => sum + length, 0);
    const buffer = new Uint32Array(Math.min(scanLength, interactions));
    for (let first = 0; first < interactions; first += scanLength) {
      const packed = buffer.subarray(0, Math.min(scanLength, interactions - first));
      await this.#histories.read([first], [packed.length], packed);
      yield { packed, first };
    }
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
  if (cutWindows(split, 'train', windowLength).count === 0) {
    throw new GramkitError('DATA_EMPTY', `none of the ${split.users.train} training users has two interactions or more`, { file: store.file, fix: 'add data, or hold out fewer users' });
  }
  const histories = await openHistories(store, options.interactionsInMemory ?? interactionsInMemory);
  return new Batches(split, histories, store.summary.items, { windowLength, lengthMultiple, layout });
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

function positive(value: number, field: string, least = 1): number {
  if (Number.isInteger(value) && value >= least) return value;
  throw new GramkitError('CONFIGURATION_INVALID', `must be a whole number of at least ${least}, not ${value}`, { field, fix: `set ${field} to ${least} or more` });
}
