import { GramkitError, type Batch } from '@gramkit/spec';
import type { TrainBatchesOptions, EvaluationBatchesOptions } from '../batches/batches.js';
import { epochOrder, type EpochOrder } from '../batches/epoch-order.js';
import type { EvaluationBatch } from '../batches/evaluation-batch.js';
import { interactionsInMemory, openHistories } from '../batches/history-source.js';
import { positive } from '../batches/positive.js';
import { prefetch } from '../batches/prefetch.js';
import { stepsPerEpoch } from '../batches/steps-per-epoch.js';
import type { HeldOutPart } from '../batches/windows.js';
import { hash32, hashInto, hashStreams } from '../split/hash.js';
import { splitNames, type Split, type SplitName } from '../split/split.js';
import { rowsOf } from '../store/database.js';
import type { Store } from '../store/store.js';
import { emptyRows, ImpressionAssembler } from './assemble-impressions.js';
import { ClickHistories } from './click-histories.js';
import { evaluationTargets, partEnds, TrainingSamples, type ClickTargets, type EvaluationTargets } from './click-samples.js';
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
/** Where the clicks of a split are read. */
interface ClickSources {
  readonly all: ClickHistories;
  /** What is trained on: all, or without the items that are held out. */
  readonly training: ClickHistories;
  /** How many clicks of each user's training history are trained on `[users]`. */
  readonly trainEnds: Uint32Array;
  /** Behind the last click of each user in the part, 0 where there is none `[users]`. */
  readonly ends: Readonly<Record<HeldOutPart, Uint32Array>>;
}

/** What the rows of a batch ask for: clicks, and how the items beside each are drawn. */
interface AskedRows extends ClickTargets {
  readonly histories: ClickHistories;
  /** The part whose items may stand beside the clicked one, where items are held out: index into `splitNames`. */
  readonly part: number;
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
 * at a hashed column among more of them. Where items are held out, training knows neither clicks on them nor draws them; a part is evaluated on the
 * last click of every user on an item of its own, beside others of its own, after all clicks before.
 * Memory grows with users and samples (about 4 bytes each), never with the lengths of histories.
 * Obtain it from `openClickBatches`; `close` it when done.
 */
export class ClickBatches {
  readonly split: Split;
  readonly historyLength: number;
  readonly #settings: ClickSettings;
  readonly #catalogueSize: number;
  readonly #sources: ClickSources;
  readonly #assembler: ImpressionAssembler;
  readonly #sampler: NegativeSampler;
  readonly #samples: TrainingSamples;
  readonly #evaluated: Readonly<Record<HeldOutPart, EvaluationTargets>>;
  #closed: Promise<void> | undefined;

  constructor(split: Split, sources: ClickSources, catalogueSize: number, settings: ClickSettings) {
    this.split = split;
    this.historyLength = settings.historyLength;
    this.#settings = settings;
    this.#catalogueSize = catalogueSize;
    this.#sources = sources;
    this.#assembler = new ImpressionAssembler(catalogueSize);
    this.#sampler = new NegativeSampler(catalogueSize, split.ofItem);
    this.#samples = new TrainingSamples(sources.trainEnds);
    const targetsOf = (part: HeldOutPart) => evaluationTargets(split.historyLengths, sources.ends[part], settings.historyLength);
    this.#evaluated = { validation: targetsOf('validation'), test: targetsOf('test') };
  }

  /** Rows of a part: training samples, or users that are evaluated. */
  windowCount(part: SplitName): number {
    return part === 'train' ? this.#samples.count : this.#evaluated[part].users.length;
  }

  /** Batches of a training epoch. */
  stepsPerEpoch(batchSize: number, dropLast = true): number {
    return stepsPerEpoch(this.#samples.count, batchSize, dropLast);
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
      return { ...this.#samples.targetsOf(samples), histories: this.#sources.training, part: 0, negatives: this.#settings.negatives, keyOf: (row) => hashInto(key, samples[row]!), columnOf: () => 0 };
    });
  }

  /** One click of every user who has one in the part, users by the length of their history: little padding. */
  async *evaluationBatches({ split, batchSize }: EvaluationBatchesOptions): AsyncGenerator<EvaluationBatch> {
    const targets = this.#evaluated[split];
    const batches = Math.ceil(targets.users.length / positive(batchSize, 'batchSize'));
    const rowsOf = (values: Uint32Array, batch: number): Uint32Array => values.subarray(batch * batchSize, (batch + 1) * batchSize);
    let batch = 0;
    for await (const made of this.#batches(batches, (index) => this.#evaluationRows(split, { users: rowsOf(targets.users, index), positions: rowsOf(targets.positions, index), numbers: rowsOf(targets.numbers, index) }))) {
      yield { ...made, users: Int32Array.from(rowsOf(targets.users, batch++)) };
    }
  }

  /** uint8 `[catalogue]`: 1 where no click of the training part is on the item (cold start). */
  async unseenItems(): Promise<Uint8Array> {
    const { training, trainEnds } = this.#sources;
    const unseen = new Uint8Array(this.#catalogueSize).fill(1);
    await training.visit((user, place, item) => {
      if (place < trainEnds[user]!) unseen[item] = 0;
    });
    return unseen;
  }

  /**
   * Makes sure that there are items to draw beside every user's clicks.
   * @throws GramkitError DATA_MISMATCH for a user who has met nearly all items.
   */
  async checkNegatives(store: Store): Promise<void> {
    const { negatives, evaluationNegatives } = this.#settings;
    const { training, trainEnds, all } = this.#sources;
    const trained = Uint32Array.from(trainEnds.keys()).filter((user) => trainEnds[user]! > 1);
    await this.#checkPart(store, { histories: training, users: trained, part: 'train', wanted: negatives, field: 'data.negatives' });
    for (const part of ['validation', 'test'] as const) {
      await this.#checkPart(store, { histories: all, users: this.#evaluated[part].users, part, wanted: evaluationNegatives, field: 'data.evaluationNegatives' });
    }
  }

  /** Frees the histories. Idempotent; iterators must have ended. */
  close(): Promise<void> {
    this.#closed ??= closeSources(this.#sources);
    return this.#closed;
  }

  #orderOf(options: Parameters<typeof epochOrder>[1]): EpochOrder {
    // Without pools only the number of samples counts.
    const lengths = options.lengthPool === 1 ? new Uint32Array(this.#samples.count) : this.#samples.historyLengths(this.#sources.trainEnds, this.historyLength);
    return epochOrder(lengths, options);
  }

  async #checkPart(store: Store, { histories, users, part, wanted, field }: CheckedPart): Promise<void> {
    const { ofItem } = this.split;
    const place = splitNames.indexOf(part);
    const items = ofItem === undefined ? this.#catalogueSize : ofItem.filter((own) => own === place).length;
    const spare = new SpareArrays();
    for (const user of users) {
      const length = histories.lengths[user]!;
      if (length + wanted <= items) continue;
      const clicks = await histories.read(Uint32Array.of(user), spare);
      const met = this.#sampler.countDifferent(clicks.subarray(0, length), place);
      spare.giveBack(clicks);
      if (met + wanted <= items) continue;
      const [[id]] = (await rowsOf(store.connection, `SELECT id FROM users WHERE rowid = ${user}`)) as [[string]];
      throw new GramkitError('DATA_MISMATCH', `user '${id}' has clicked ${met} of the ${items} items${ofItem === undefined ? '' : ` of the part '${part}'`}, which leaves too few to draw ${wanted} others`, {
        file: store.file, field, fix: `set it to ${items - met} or less, or leave the user out`,
      });
    }
  }

  #evaluationRows(part: HeldOutPart, { users, positions, numbers }: EvaluationTargets): AskedRows {
    const { seed, evaluationNegatives: negatives } = this.#settings;
    const streams = part === 'validation' ? (['validationNegatives', 'validationColumn'] as const) : (['evaluationNegatives', 'evaluationColumn'] as const);
    const [drawn, placed] = streams.map((stream) => hash32(seed, hashStreams[stream])) as [number, number];
    return { users, positions, histories: this.#sources.all, part: splitNames.indexOf(part), negatives, keyOf: (row) => hashInto(drawn, numbers[row]!), columnOf: (row) => hashInto(placed, numbers[row]!) % (1 + negatives) };
  }

  #batches(count: number, askedOf: (index: number) => AskedRows): AsyncGenerator<Batch> {
    const spare = new SpareArrays();
    return prefetch(count, batchesAhead, async (index) => {
      const asked = askedOf(index);
      const histories = await asked.histories.read(asked.users, spare);
      const batch = this.#assemble(asked, histories);
      spare.giveBack(histories);
      return batch;
    });
  }

  /** @param clicks the whole history of each row's user, one after another */
  #assemble({ users, positions, histories, part, negatives, keyOf, columnOf }: AskedRows, clicks: Uint32Array): Batch {
    const rows = emptyRows(users.length, this.#longestOf(positions), 1 + negatives);
    const others = new Int32Array(negatives);
    for (let row = 0, first = 0; row < users.length; first += histories.lengths[users[row++]!]!) {
      const met = clicks.subarray(first, first + histories.lengths[users[row]!]!);
      const position = positions[row]!;
      const start = Math.max(0, position - this.historyLength);
      for (let click = start, cell = row * rows.historyLength; click < position; click++) rows.history[cell++] = met[click]! >>> 1;
      this.#sampler.draw(met, keyOf(row), part, others);
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
}

/** Users of a part who need so many items beside their clicks. */
interface CheckedPart {
  readonly histories: ClickHistories;
  readonly users: Uint32Array;
  readonly part: SplitName;
  readonly wanted: number;
  readonly field: string;
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
  const sources = await openSources(store, split, options.interactionsInMemory ?? interactionsInMemory);
  try {
    const batches = new ClickBatches(split, sources, store.summary.items, settings);
    if (batches.windowCount('train') === 0) throw new GramkitError('DATA_EMPTY', 'no user has two clicks or more to train on', { file: store.file, fix: 'add data, or hold out less' });
    await batches.checkNegatives(store);
    return batches;
  } catch (error) {
    await closeSources(sources);
    throw error;
  }
}

async function openSources(store: Store, split: Split, keepInMemory: number): Promise<ClickSources> {
  const { historyLengths, ofItem } = split;
  const all = new ClickHistories(await openHistories(store, keepInMemory), historyLengths);
  if (ofItem === undefined) return { all, training: all, trainEnds: split.trainEnds, ends: { validation: partEnds(split, 'validation'), test: partEnds(split, 'test') } };
  const kept = new Uint32Array(historyLengths.length);
  const ends = { validation: new Uint32Array(historyLengths.length), test: new Uint32Array(historyLengths.length) };
  await all.visit((user, place, item) => {
    const part = splitNames[ofItem[item]!]!;
    if (part === 'train') kept[user]!++;
    else ends[part][user] = place + 1;
  });
  const training = new ClickHistories(await openHistories(store, keepInMemory, ofItem), kept);
  return { all, training, trainEnds: kept, ends };
}

async function closeSources({ all, training }: ClickSources): Promise<void> {
  await all.close();
  if (training !== all) await training.close();
}
