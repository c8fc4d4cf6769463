import type { Split, SplitName } from '../split/split.js';
import { splitNames } from '../split/split.js';

/** Windows of a part of the users, in student order and then by offset: the index of a window here is the one of the peer's list. */
export interface Windows {
  readonly count: number;
  /** Position of each window's first interaction in the store `[count]`. */
  readonly starts: Uint32Array | Float64Array;
  /** Interactions of each `[count]`, 2 or more. */
  readonly lengths: Uint32Array;
}

/** A window of one interaction has nothing to predict. */
const shortestWindow = 2;

/** Cuts each history of a part into windows of at most `windowLength`, without overlap or carry-over; windows of one are dropped. */
export function cutWindows(split: Split, part: SplitName, windowLength: number): Windows {
  let count = 0;
  let interactions = 0;
  visitWindows(split, part, windowLength, (start, length) => {
    count++;
    interactions = start + length;
  });
  const starts = interactions < 2 ** 32 ? new Uint32Array(count) : new Float64Array(count);
  const lengths = new Uint32Array(count);
  let window = 0;
  visitWindows(split, part, windowLength, (start, length) => {
    starts[window] = start;
    lengths[window++] = length;
  });
  return { count, starts, lengths };
}

function visitWindows({ ofUser, historyLengths }: Split, part: SplitName, windowLength: number, visit: (start: number, length: number) => void): void {
  const wanted = splitNames.indexOf(part);
  let first = 0;
  for (let user = 0; user < ofUser.length; user++) {
    const history = historyLengths[user]!;
    if (ofUser[user] === wanted) {
      for (let offset = 0; offset + shortestWindow <= history; offset += windowLength) visit(first + offset, Math.min(windowLength, history - offset));
    }
    first += history;
  }
}
