import { sortedByKey } from '../split/hash.js';
import { splitNames, type Split, type SplitName } from '../split/split.js';
import { NumberedSamples } from './numbered-samples.js';

/** Clicks of users, each to be told from items that the user has not met. */
export interface ClickTargets {
  /** Users by their number in the store `[count]`. */
  readonly users: Uint32Array;
  /** Place of the click in its user's history, 1 or more `[count]`: what stands before it is the history `[count]`. */
  readonly positions: Uint32Array;
}

/** What is trained on: every click of the training part but a user's first, which has nothing before it, in the order of users and of time. */
export class TrainingSamples {
  readonly count: number;
  readonly #samples: NumberedSamples;

  /** @param trainEnds how many clicks of each user are trained on `[users]` */
  constructor(trainEnds: Uint32Array) {
    this.#samples = new NumberedSamples(trainEnds.map((end) => Math.max(0, end - 1)));
    this.count = this.#samples.count;
  }

  targetsOf(samples: Uint32Array): ClickTargets {
    const users = samples.map((sample) => this.#samples.ownerOf(sample));
    return { users, positions: samples.map((sample, row) => this.#samples.placeOf(sample, users[row]!) + 1) };
  }

  /** Clicks before each sample, never above `longest` `[count]`. */
  historyLengths(trainEnds: Uint32Array, longest: number): Uint32Array {
    const lengths = new Uint32Array(this.count);
    let sample = 0;
    for (const end of trainEnds) for (let position = 1; position < end; position++) lengths[sample++] = Math.min(position, longest);
    return lengths;
  }
}

/** One click of every user who has one in a part: the last one there. */
export interface EvaluationTargets extends ClickTargets {
  /** Place of each user among the users with two clicks or more, in the order of the store `[count]`. */
  readonly numbers: Uint32Array;
}

/** What a part is evaluated on, users by the length of their history up to `longest`, ties by user; a user's first click has no history and is left out. */
export function evaluationTargets(historyLengths: Uint32Array, ends: Uint32Array, longest: number): EvaluationTargets {
  const users: number[] = [];
  const numbers: number[] = [];
  let number = 0;
  for (let user = 0; user < historyLengths.length; user++) {
    if (historyLengths[user]! < 2) continue;
    if (ends[user]! > 1) {
      users.push(user);
      numbers.push(number);
    }
    number++;
  }
  const order = sortedByKey(users.length, (row) => Math.min(ends[users[row]!]! - 1, longest));
  return { users: order.map((row) => users[row]!), positions: order.map((row) => ends[users[row]!]! - 1), numbers: order.map((row) => numbers[row]!) };
}

/** Behind the last event of each user in a part, 0 for users who have none there `[users]`; items must not be held out. */
export function partEnds(split: Split, part: SplitName): Uint32Array {
  return split.historyLengths.map((_, user) => {
    const { start, end } = partOf(split, part, user);
    return end > start ? end : 0;
  });
}

/** Which events of a user belong to a part: from `start` up to `end`. */
export function partOf({ trainEnds, validationEnds, historyLengths }: Split, part: SplitName, user: number): { readonly start: number; readonly end: number } {
  const bounds = [0, trainEnds[user]!, validationEnds[user]!, historyLengths[user]!];
  const place = splitNames.indexOf(part);
  return { start: bounds[place]!, end: bounds[place + 1]! };
}
