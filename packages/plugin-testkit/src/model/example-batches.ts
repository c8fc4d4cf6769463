import type { Batch, BatchLayout, HostTensor } from '@gramkit/spec';

/** A stretch of a student's history. */
export interface Window {
  /** Rows of the item encodings. */
  readonly items: readonly number[];
  readonly responses: readonly number[];
  /** 0 at positions that are history only. Absent: every prediction counts. */
  readonly counted?: readonly number[];
}

/** How windows are laid into the arrays of a batch. */
export interface Laying {
  readonly layout: BatchLayout;
  readonly length: number;
  /** What `responses` holds at padding. Default 0. */
  readonly filler?: number;
}

/** A list of items that were shown. */
export interface Impression {
  readonly history: readonly number[];
  readonly candidates: readonly number[];
  /** Columns of the candidates that were clicked. */
  readonly clicked: readonly number[];
}

/** Rows of the item encodings that examples point to. */
export const exampleRows = 8;

const itemIds = Int32Array.from({ length: exampleRows }, (_, row) => row);

/** A batch of knowledge tracing; each row holds one window or, in the layout `rows`, several or none. */
export function tracingBatch(rows: readonly (readonly Window[])[], { layout, length, filler = 0 }: Laying): Batch {
  const table = (value: (window: Window, position: number) => number, padding: number): number[] =>
    rows.flatMap((windows) => padded(windows.flatMap((window) => window.items.map((_, position) => value(window, position))), length, padding));
  const shape = [rows.length, length];
  const counts = rows.flat().some(({ counted }) => counted !== undefined);
  return {
    itemIds,
    references: { items: integers(table(({ items }, position) => items[position]!, -1), shape) },
    fields: {
      responses: numbers(table(({ responses }, position) => responses[position]!, filler), shape),
      lengths: integers(rows.map((windows) => windows.reduce((sum, { items }) => sum + items.length, 0)), [rows.length]),
      ...(layout === 'rows' && { starts: numbers(table((_, position) => Number(position === 0), 0), shape) }),
      ...(counts && { counted: numbers(table(({ counted }, position) => counted?.[position] ?? 1, 0), shape) }),
    },
  };
}

/** A batch of recommendation; histories and candidates are padded at their ends. */
export function impressionBatch(impressions: readonly Impression[], [clicks, candidates]: readonly [clicks: number, candidates: number], filler = 0): Batch {
  const rows = impressions.length;
  const labels = impressions.flatMap((impression) => padded(impression.candidates.map((_, column) => Number(impression.clicked.includes(column))), candidates, filler));
  return {
    itemIds,
    references: {
      history: integers(impressions.flatMap(({ history }) => padded(history, clicks, -1)), [rows, clicks]),
      candidates: integers(impressions.flatMap((impression) => padded(impression.candidates, candidates, -1)), [rows, candidates]),
    },
    fields: { labels: numbers(labels, [rows, candidates]) },
  };
}

/** The batch with a weight, by which strategies multiply its gradients. */
export function weighted(batch: Batch, weight: number): Batch {
  return { ...batch, fields: { ...batch.fields, weight: numbers([weight], []) } };
}

function padded(values: readonly number[], length: number, filler: number): number[] {
  return [...values, ...Array<number>(length - values.length).fill(filler)];
}

function integers(values: readonly number[], shape: readonly number[]): HostTensor {
  return { dtype: 'int32', shape, data: Int32Array.from(values) };
}

function numbers(values: readonly number[], shape: readonly number[]): HostTensor {
  return { dtype: 'float32', shape, data: Float32Array.from(values) };
}
