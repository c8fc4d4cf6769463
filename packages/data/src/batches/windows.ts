import type { Split, SplitName } from '../split/split.js';
import { splitNames } from '../split/split.js';
import { HistoryCursor } from '../store/history-cursor.js';

/** Windows of a part, in user order and then by offset: the index of a window here is the one of the peer's list. */
export interface Windows {
  readonly count: number;
  /** Position of each window's first interaction in the histories `[count]`. */
  readonly starts: Uint32Array | Float64Array;
  /** Interactions of each `[count]`, 2 or more. */
  readonly lengths: Uint32Array;
}

/** The windows of a part that is evaluated. */
export interface EvaluationWindows extends Windows {
  /** How many interactions at the beginning of each are history only `[count]`. */
  readonly contexts: Uint32Array;
  /** The user of each `[count]`. */
  readonly users: Uint32Array;
}

/** A part that is evaluated. */
export type HeldOutPart = Exclude<SplitName, 'train'>;

/** A window of one interaction has nothing to predict. */
const shortestWindow = 2;

type Visit = (start: number, length: number, context: number, user: number) => void;

/** The windows that are trained on: the first `trainEnds[u]` interactions of each history, without overlap or carry-over; windows of one are dropped. */
export function trainingWindows(historyLengths: Uint32Array, trainEnds: Uint32Array, windowLength: number): Windows {
  const { starts, lengths, count } = gathered((visit) => visitPlain({ historyLengths, ends: trainEnds }, windowLength, visit));
  return { count, starts, lengths };
}

/**
 * The windows of validation or test. By user, whole histories one window after another, as in training. Otherwise those that end in what the part
 * counts, with as much history before it as there is room for and at least half a window where the user has so much: every interaction of the
 * part is counted in one window, however many have it as history.
 */
export function evaluationWindows(split: Split, part: HeldOutPart, windowLength: number): EvaluationWindows {
  const bounds = boundsOf(split, part);
  const visitAll = split.by === 'user' ? visitPlain : visitOverlapping;
  return gathered((visit) => visitAll(bounds, windowLength, visit));
}

/** The stretch `[from, end)` of every history `[users]` that windows are cut from; from 0 where nothing is said. */
interface Bounds {
  readonly historyLengths: Uint32Array;
  readonly from?: Uint32Array;
  readonly ends: Uint32Array;
}

function boundsOf({ historyLengths, trainEnds, validationEnds }: Split, part: HeldOutPart): Bounds {
  return part === 'validation' ? { historyLengths, from: trainEnds, ends: validationEnds } : { historyLengths, from: validationEnds, ends: historyLengths };
}

function visitPlain({ historyLengths, from, ends }: Bounds, windowLength: number, visit: Visit): void {
  let first = 0;
  for (let user = 0; user < historyLengths.length; user++) {
    for (let offset = from?.[user] ?? 0; offset + shortestWindow <= ends[user]!; offset += windowLength) visit(first + offset, Math.min(windowLength, ends[user]! - offset), 0, user);
    first += historyLengths[user]!;
  }
}

function visitOverlapping({ historyLengths, from, ends }: Bounds, windowLength: number, visit: Visit): void {
  let first = 0;
  for (let user = 0; user < historyLengths.length; user++) {
    for (let position = from?.[user] ?? 0, end: number; position < ends[user]!; position = end) {
      end = Math.min(ends[user]!, endOfWindow(position, windowLength));
      visitEnding({ user, first, counted: position, end }, windowLength, visit);
    }
    first += historyLengths[user]!;
  }
}

/**
 * The same where items are held out: windows that end in an interaction with an item of the part.
 * @param scan every interaction in order, as `2 * item + response`; called twice
 */
export async function windowsOfItems(split: Split, part: HeldOutPart, windowLength: number, scan: () => AsyncIterable<Uint32Array>): Promise<EvaluationWindows> {
  const counting = new WindowCounter();
  await visitItemWindows(split, part, windowLength, scan(), counting.visit);
  const windows = new WindowLists(counting);
  await visitItemWindows(split, part, windowLength, scan(), windows.visit);
  return windows;
}

async function visitItemWindows({ historyLengths, ofItem }: Split, part: HeldOutPart, windowLength: number, scan: AsyncIterable<Uint32Array>, visit: Visit): Promise<void> {
  const wanted = splitNames.indexOf(part);
  const cursor = new HistoryCursor(historyLengths);
  let open: CountedStretch | undefined;
  let position = 0;
  for await (const packed of scan) {
    for (const interaction of packed) {
      const user = cursor.userAt(position);
      const offset = position++ - cursor.start;
      if (open !== undefined && (open.user !== user || offset >= endOfWindow(open.counted, windowLength))) {
        visitEnding(open, windowLength, visit);
        open = undefined;
      }
      if (ofItem![interaction >>> 1] !== wanted) continue;
      open ??= { user, first: cursor.start, counted: offset, end: offset };
      open.end = offset + 1;
    }
  }
  if (open !== undefined) visitEnding(open, windowLength, visit);
}

/** What one window counts: the positions from `counted` to before `end` of the history of a user, which begins at `first`. */
interface CountedStretch {
  readonly user: number;
  readonly first: number;
  readonly counted: number;
  end: number;
}

/** How far a window may reach whose first counted interaction stands at `position` of a history, with half a window before it. */
function endOfWindow(position: number, windowLength: number): number {
  return Math.max(0, position - Math.floor(windowLength / 2)) + windowLength;
}

function visitEnding({ user, first, counted, end }: CountedStretch, windowLength: number, visit: Visit): void {
  const start = Math.max(0, end - windowLength);
  if (end - start >= shortestWindow) visit(first + start, end - start, counted - start, user);
}

/** Visits twice: to count, so that no list grows, and to fill. */
function gathered(visitAll: (visit: Visit) => void): EvaluationWindows {
  const counting = new WindowCounter();
  visitAll(counting.visit);
  const windows = new WindowLists(counting);
  visitAll(windows.visit);
  return windows;
}

class WindowCounter {
  count = 0;
  /** Behind the last window. */
  end = 0;
  readonly visit: Visit = (start, length) => {
    this.count++;
    this.end = start + length;
  };
}

class WindowLists implements EvaluationWindows {
  readonly starts: Uint32Array | Float64Array;
  readonly lengths: Uint32Array;
  readonly contexts: Uint32Array;
  readonly users: Uint32Array;
  #filled = 0;

  constructor({ count, end }: WindowCounter) {
    this.starts = end < 2 ** 32 ? new Uint32Array(count) : new Float64Array(count);
    this.lengths = new Uint32Array(count);
    this.contexts = new Uint32Array(count);
    this.users = new Uint32Array(count);
  }

  get count(): number {
    return this.#filled;
  }

  readonly visit: Visit = (start, length, context, user) => {
    this.starts[this.#filled] = start;
    this.lengths[this.#filled] = length;
    this.contexts[this.#filled] = context;
    this.users[this.#filled++] = user;
  };
}
