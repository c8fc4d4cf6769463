import type { BatchLayout } from '@gramkit/spec';

/** Where the windows of a batch stand in arrays `[rows, positions]`. */
export interface LaidWindows {
  readonly rows: number;
  /** The row of each window `[windows]`. */
  readonly rowOf: Int32Array;
  /** The position in its row where each window begins `[windows]`. */
  readonly startOf: Int32Array;
  /** The positions in use at the beginning of each row `[rows]`. */
  readonly used: Int32Array;
}

/** Lays windows of `lengths`, none above `positions`, into rows of so many positions; a window is never split. */
export function layWindows(layout: BatchLayout, lengths: Int32Array, positions: number): LaidWindows {
  return layout === 'rows' ? firstFitDecreasing(lengths, positions) : oneARow(lengths);
}

function oneARow(lengths: Int32Array): LaidWindows {
  return { rows: lengths.length, rowOf: Int32Array.from(lengths.keys()), startOf: new Int32Array(lengths.length), used: lengths };
}

/**
 * First-fit decreasing (Johnson, 1973), at most 11/9 of the fewest rows and one more: the longest window first, ties by place in the batch,
 * each into the first row that has room behind the windows there. An odd number of rows gets one more without windows: compiled steps, made
 * once for each shape, then meet half as many.
 */
function firstFitDecreasing(lengths: Int32Array, positions: number): LaidWindows {
  const rowOf = new Int32Array(lengths.length);
  const startOf = new Int32Array(lengths.length);
  const used: number[] = [];
  for (const window of Int32Array.from(lengths.keys()).sort((a, b) => lengths[b]! - lengths[a]!)) {
    const length = lengths[window]!;
    const fitting = used.findIndex((filled) => filled + length <= positions);
    const row = fitting < 0 ? used.push(0) - 1 : fitting;
    rowOf[window] = row;
    startOf[window] = used[row]!;
    used[row]! += length;
  }
  const rows = used.length + (used.length % 2);
  return { rows, rowOf, startOf, used: Int32Array.from({ length: rows }, (_, row) => used[row] ?? 0) };
}
