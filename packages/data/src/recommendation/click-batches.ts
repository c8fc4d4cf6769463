import { GramkitError, type Batch } from '@gramkit/spec';
import type { TrainBatchesOptions, EvaluationBatchesOptions } from '../batches/batches.js';
import { epochOrder, type EpochOrder } from '../batches/epoch-order.js';
import type { EvaluationBatch } from '../batches/evaluation-batch.js';
import { interactionsInMemory, openHistories, type HistorySource } from '../batches/history-source.js';
import { prefetch } from '../batches/prefetch.js';
import { hash32, hashInto, hashStreams } from '../split/hash.js';
import type { Split, SplitName } from '../split/split.js';
import { HistoryCursor } from '../store/history-cursor.js';
import { rowsOf } from '../store/database.js';
import type { Store } from '../store/store.js';
import { emptyRows, ImpressionAssembler } from './assemble-impressions.js';
import { evaluationTargets, TrainingSamples, type ClickTargets, type EvaluationTargets } from './click-samples.js';
import { NegativeSampler } from './negatives.js';
import { SpareArrays } from './spare-arrays.js';

export interface ClickBatchesOptions {
  /** Decides what evaluation draws beside a click. */
  readonly seed: number;
  /** Longest history of a row: the clicks right before the one that is asked for. Default 50. */
  readonly historyLength?: number;
  /** K: items beside the clicked one in training. Default 4. */
  readonly negatives?: number;
  /** Items beside the clicked one in evaluation. Default 20. */
  readonly evaluationNegatives?: number;
  /** A batch's histories are as long as its longest, rounded up to a multiple of this, never above `historyLength`. Default 1: no rounding. */
  readonly lengthMultiple?: number;
  /** Up to how many clicks a set is kept in memory. Default 1,000,000. */
  readonly interactionsInMemory?: number;
}

type ClickSettings = Required<Omit<ClickBatchesOptions, 'interactionsInMemory'>>;

/** Batches made ahead of the reader. */
const batchesAhead = 4;
/** Clicks of one read when whole histories are scanned. */
const scanLength = 65_536;

/** What the rows of a batch ask for: clicks, and how the items beside each are drawn. */
interface AskedRows extends ClickTargets {
  /** Items beside the clicked one. */
  readonly negatives: number;
  /** The running hash that each row's draws go on from. */
  readonly keyOf: (row: number) => number;
  /** The column of the clicked item. */
  readonly columnOf: (row: number) => number;
}

/**
 * Batches for recommendation where only clicks are known: what was shown beside them is drawn from the items that the user never clicked, at any
 * time. Every draw is a hash of seed, epoch and sample, as the PyTorch peer has it.
 *
 * Training: every click of the training part but a user's first, in column 0, and K items beside it. Evaluation: of every user the last click in the part,
 * at a hashed column among more of them. Memory grows with users and samples (about 4 bytes each), never with the lengths of histories.
 * Obtain it from `openClickBatches`; `close` it when done.
 */
export class ClickBatches {
  readonly split: Split;
  readonly historyLength: number;
  readonly #settings: ClickSettings;
  readonly #catalogueSize: number;
  readonly #source: HistorySource;
  readonly #assembler: ImpressionAssembler;
  readonly #sampler: NegativeSampler;
  readonly #samples: TrainingSamples;
  readonly #evaluated = new Map<SplitName, EvaluationTargets>();
  /** Place in the store of each user's first click `[users]`. */
  readonly #starts: Float64Array;
  #closed: Promise<void> | undefined;

  constructor(split: Split, source: HistorySource, catalogueSize: number, settings: ClickSettings) {
    this.split = split;
    this.historyLength = settings.historyLength;
    this.#settings = settings;
    this.#catalogueSize = catalogueSize;
    this.#source = source;
    this.#assembler = new ImpressionAssembler(catalogueSize);
    this.#sampler = new NegativeSampler(catalogueSize);
    this.#samples = new TrainingSamples(split);
    this.#starts = startsOf(split.historyLengths);
  }

  /** Rows of a part: training samples, or users that are evaluated. */
  windowCount(part: SplitName): number {
    return part === 'train' ? this.#samples.count : this.#targetsOf(part).users.length;
  }

  /** Batches of a training epoch. */
  stepsPerEpoch(batchSize: number, dropLast = true): number {
    const batches = this.#samples.count / positive(batchSize, 'batchSize');
    return dropLast && batches >= 1 ? Math.floor(batches) : Math.ceil(batches);
  }

  /**
   * The batches of one epoch: samples in the order of `epochOrder`, whose pools are by length of history. The same arguments give the same batches.
   * All batches count alike: each row is one prediction.
   */
  async *trainBatches(options: TrainBatchesOptions): AsyncGenerator<Batch> {
    const { seed, epoch, batchSize, startBatch = 0, dropLast = true, lengthPool = 1 } = options;
    const batches = this.stepsPerEpoch(batchSize, dropLast);
    const order = this.#orderOf({ seed, epoch, batchSize, batches, lengthPool: positive(lengthPool, 'lengthPool') });
    const key = hash32(seed, hashStreams.negatives, epoch);
    yield* this.#batches(Math.max(0, batches - startBatch), (index) => {
      const samples = order.windowsOf(startBatch + index);
      return { ...this.#samples.targetsOf(samples), negatives: this.#settings.negatives, keyOf: (row) => hashInto(key, samples[row]!), columnOf: () => 0 };
    });
  }

  /** One click of every user who has one in the part, users by the length of their history: little padding. */
  async *evaluationBatches({ split, batchSize }: EvaluationBatchesOptions): AsyncGenerator<EvaluationBatch> {
    const targets = this.#targetsOf(split);
    const batches = Math.ceil(targets.users.length / positive(batchSize, 'batchSize'));
    const rowsOf = (values: Uint32Array, batch: number): Uint32Array => values.subarray(batch * batchSize, (batch + 1) * batchSize);
    let batch = 0;
    for await (const made of this.#batches(batches, (index) => this.#evaluationRows(split, { users: rowsOf(targets.users, index), positions: rowsOf(targets.positions, index), numbers: rowsOf(targets.numbers, index) }))) {
      yield { ...made, users: Int32Array.from(rowsOf(targets.users, batch++)) };
    }
  }

  /** uint8 `[catalogue]`: 1 where no click of the training part is on the item (cold start). */
  async unseenItems(): Promise<Uint8Array> {
    const { historyLengths, trainEnds } = this.split;
    const unseen = new Uint8Array(this.#catalogueSize).fill(1);
    const cursor = new HistoryCursor(historyLengths);
    for await (const { packed, first } of this.#scan()) {
      for (let index = 0; index < packed.length; index++) {
        const user = cursor.userAt(first + index);
        if (first + index - this.#starts[user]! < trainEnds[user]!) unseen[packed[index]! >>> 1] = 0;
      }
    }
    return unseen;
  }

  /**
   * Makes sure that there are items to draw beside every user's clicks.
   * @throws GramkitError DATA_MISMATCH for a user who has met nearly all items.
   */
  async checkNegatives(store: Store): Promise<void> {
    const { negatives, evaluationNegatives } = this.#settings;
    const wanted = Math.max(negatives, evaluationNegatives);
    for (let user = 0; user < this.#starts.length; user++) {
      const length = this.split.historyLengths[user]!;
      if (length < 2 || length + wanted <= this.#catalogueSize) continue;
      const history = new Uint32Array(length);
      await this.#source.read([this.#starts[user]!], [length], history);
      const met = this.#sampler.countDifferent(history);
      if (met + wanted <= this.#catalogueSize) continue;
      const [[id]] = (await rowsOf(store.connection, `SELECT id FROM users WHERE rowid = ${user}`)) as [[string]];
      throw new GramkitError('DATA_MISMATCH', `user '${id}' has clicked ${met} of the ${this.#catalogueSize} items, which leaves too few to draw ${wanted} others`, {
        file: store.file, field: negatives >= evaluationNegatives ? 'data.negatives' : 'data.evaluationNegatives', fix: `set it to ${this.#catalogueSize - met} or less, or leave the user out`,
      });
    }
  }

  /** Frees the histories. Idempotent; iterators must have ended. */
  close(): Promise<void> {
    this.#closed ??= this.#source.close();
    return this.#closed;
  }

  #orderOf(options: Parameters<typeof epochOrder>[1]): EpochOrder {
    // Without pools only the number of samples counts.
    const lengths = options.lengthPool === 1 ? new Uint32Array(this.#samples.count) : this.#samples.historyLengths(this.split, this.historyLength);
    return epochOrder(lengths, options);
  }

  #targetsOf(part: SplitName): EvaluationTargets {
    const known = this.#evaluated.get(part) ?? evaluationTargets(this.split, part, this.historyLength);
    this.#evaluated.set(part, known);
    return known;
  }

  #evaluationRows(part: SplitName, { users, positions, numbers }: EvaluationTargets): AskedRows {
    const { seed, evaluationNegatives: negatives } = this.#settings;
    const streams = part === 'validation' ? (['validationNegatives', 'validationColumn'] as const) : (['evaluationNegatives', 'evaluationColumn'] as const);
    const [drawn, placed] = streams.map((stream) => hash32(seed, hashStreams[stream])) as [number, number];
    return { users, positions, negatives, keyOf: (row) => hashInto(drawn, numbers[row]!), columnOf: (row) => hashInto(placed, numbers[row]!) % (1 + negatives) };
  }

  #batches(count: number, askedOf: (index: number) => AskedRows): AsyncGenerator<Batch> {
    const spare = new SpareArrays();
    return prefetch(count, batchesAhead, async (index) => {
      const asked = askedOf(index);
      const lengths = asked.users.map((user) => this.split.historyLengths[user]!);
      const histories = spare.take(lengths.reduce((sum, length) => sum + length, 0));
      await this.#source.read(Float64Array.from(asked.users, (user) => this.#starts[user]!), lengths, histories);
      const batch = this.#assemble(asked, lengths, histories);
      spare.giveBack(histories);
      return batch;
    });
  }

  /** @param histories the whole history of each row's user, one after another, `lengths[row]` clicks each */
  #assemble({ users, positions, negatives, keyOf, columnOf }: AskedRows, lengths: Uint32Array, histories: Uint32Array): Batch {
    const rows = emptyRows(users.length, this.#longestOf(positions), 1 + negatives);
    const others = new Int32Array(negatives);
    for (let row = 0, first = 0; row < users.length; first += lengths[row++]!) {
      const met = histories.subarray(first, first + lengths[row]!);
      const position = positions[row]!;
      const start = Math.max(0, position - this.historyLength);
      for (let click = start, cell = row * rows.historyLength; click < position; click++) rows.history[cell++] = met[click]! >>> 1;
      this.#sampler.draw(met, keyOf(row), others);
      const firstColumn = row * rows.candidateCount;
      const clicked = columnOf(row);
      rows.candidates.set(others.subarray(0, clicked), firstColumn);
      rows.candidates[firstColumn + clicked] = met[position]! >>> 1;
      rows.candidates.set(others.subarray(clicked), firstColumn + clicked + 1);
      rows.labels[firstColumn + clicked] = 1;
    }
    return this.#assembler.assemble(rows);
  }

  #longestOf(positions: Uint32Array): number {
    const longest = positions.reduce((length, position) => Math.max(length, position), 0);
    return Math.min(this.historyLength, Math.ceil(longest / this.#settings.lengthMultiple) * this.#settings.lengthMultiple);
  }

  /** Every click, in stretches whose array is used again. */
  async *#scan(): AsyncGenerator<{ packed: Uint32Array; first: number }> {
    const clicks = this.split.historyLengths.reduce((sum, length) => sum + length, 0);
    const buffer = new Uint32Array(Math.min(scanLength, clicks));
    for (let first = 0; first < clicks; first += scanLength) {
      const packed = buffer.subarray(0, Math.min(scanLength, clicks - first));
      await this.#source.read([first], [packed.length], packed);
      yield { packed, first };
    }
  }
}

/**
 * Makes the batches of a store of clicks under a split.
 * @throws GramkitError CONFIGURATION_INVALID for a length or number below 1, DATA_EMPTY where no training user has two clicks, DATA_MISMATCH where
 * a user has clicked so many items that too few are left to draw.
 */
export async function openClickBatches(store: Store, split: Split, options: ClickBatchesOptions): Promise<ClickBatches> {
  const settings: ClickSettings = {
    seed: options.seed,
    historyLength: positive(options.historyLength ?? 50, 'data.historyLength'),
    negatives: positive(options.negatives ?? 4, 'data.negatives'),
    evaluationNegatives: positive(options.evaluationNegatives ?? 20, 'data.evaluationNegatives'),
    lengthMultiple: positive(options.lengthMultiple ?? 1, 'lengthMultiple'),
  };
  if (new TrainingSamples(split).count === 0) {
    throw new GramkitError('DATA_EMPTY', 'no user has two clicks or more to train on', { file: store.file, fix: 'add data, or hold out less' });
  }
  const source = await openHistories(store, options.interactionsInMemory ?? interactionsInMemory);
  try {
    const batches = new ClickBatches(split, source, store.summary.items, settings);
    await batches.checkNegatives(store);
    return batches;
  } catch (error) {
    await source.close();
    throw error;
  }
}

function startsOf(historyLengths: Uint32Array): Float64Array {
  const starts = new Float64Array(historyLengths.length);
  for (let user = 1; user < starts.length; user++) starts[user] = starts[user - 1]! + historyLengths[user - 1]!;
  return starts;
}

function positive(value: number, field: string): number {
  if (Number.isInteger(value) && value >= 1) return value;
  throw new GramkitError('CONFIGURATION_INVALID', `must be a whole number of at least 1, not ${value}`, { field, fix: `set ${field} to 1 or more` });
}
