import type { Batch, BatchLayout, SequenceModel } from '@gramkit/spec';
import { impressionBatch, tracingBatch, type Impression, type Window } from './example-batches.js';

/** A batch and what is special about it, for messages. */
export interface NamedBatch {
  readonly what: string;
  readonly batch: Batch;
}

/** Batches of a task that the checks of a model compare with each other. */
export interface ModelExamples {
  /** Unlike lengths, items that repeat. */
  readonly whole: Batch;
  /** How many predictions `whole` has; absent where that is the model's to say. */
  readonly predictions?: number;
  /** The same predictions, in the same order, beside other padding. */
  readonly padded: readonly NamedBatch[];
  /** `whole` in two. */
  readonly parts: readonly [Batch, Batch];
  /** Small or odd, and yet to be read. */
  readonly unusual: readonly NamedBatch[];
  /** Pairs of batches of which the predictions in front must be alike, though what comes true differs. */
  readonly futures: readonly Future[];
  /** A batch of another task. */
  readonly foreign: Batch;
}

/** Two batches that differ in what lies behind some predictions. */
export interface Future {
  readonly what: string;
  readonly batches: readonly [Batch, Batch];
  /** How many scores, the first ones, know nothing of the difference. */
  readonly before: number;
}

const windows: readonly Window[] = [
  { items: [0, 2, 1, 2, 7], responses: [1, 0, 1, 1, 0] },
  { items: [3, 0, 4], responses: [0, 1, 1] },
  { items: [5, 6], responses: [1, 0] },
  { items: [1, 1, 0, 3], responses: [0, 0, 1, 0] },
];

const impressions: readonly Impression[] = [
  { history: [0, 2, 1, 2], candidates: [3, 4, 7], clicked: [0] },
  { history: [5], candidates: [6, 0, 1], clicked: [0] },
  { history: [3, 7], candidates: [1, 6, 5], clicked: [0] },
  { history: [6, 4, 6], candidates: [2, 5], clicked: [0] },
];

/** Examples of a model's task, in the layout that it reads. */
export function examplesFor({ task, batchLayout = 'windows' }: Pick<SequenceModel, 'task' | 'batchLayout'>): ModelExamples {
  return task === 'knowledge-tracing' ? tracingExamples(batchLayout) : recommendationExamples();
}

/** Knowledge tracing, one window a row. */
function tracingExamples(layout: BatchLayout): ModelExamples {
  const alone = (some: readonly Window[], length = 5, filler?: number): Batch => tracingBatch(some.map((window) => [window]), { layout, length, ...(filler !== undefined && { filler }) });
  const padded = [
    { what: 'with three more columns of padding', batch: alone(windows, 8) },
    { what: 'with responses of 1 where there is padding', batch: alone(windows, 8, 1) },
    ...(layout === 'rows' ? [{ what: 'with a row of padding alone', batch: tracingBatch([...windows.map((window) => [window]), []], { layout, length: 5 }) }] : []),
  ];
  return {
    whole: alone(windows),
    predictions: windows.reduce((sum, { items }) => sum + items.length - 1, 0),
    padded,
    parts: [alone(windows.slice(0, 2)), alone(windows.slice(2))],
    unusual: [{ what: 'of one window of two positions', batch: alone(windows.slice(2, 3), 2) }],
    futures: tracingFutures((window) => alone([window])),
    foreign: impressionBatch(impressions, [4, 3]),
  };
}

/** At each position: the response that is predicted there, and everything behind it, changed. */
function tracingFutures(batchOf: (window: Window) => Batch): readonly Future[] {
  const { items, responses } = windows[0]!;
  return items.slice(1).map((_, index) => {
    const position = index + 1;
    const changed = {
      items: items.map((item, place) => (place > position ? (item + 3) % 8 : item)),
      responses: responses.map((response, place) => (place >= position ? 1 - response : response)),
    };
    return { what: `the response of position ${position} and everything behind it`, batches: [batchOf({ items, responses }), batchOf(changed)], before: position };
  });
}

/** Windows of knowledge tracing that share rows, and the same ones in rows of their own; the predictions stand in the same order. */
export function sharedRows(): readonly [shared: Batch, apart: Batch] {
  const [first, second, third, fourth] = windows as [Window, Window, Window, Window];
  const shared = tracingBatch([[first, second], [third, fourth]], { layout: 'rows', length: 8 });
  return [shared, tracingBatch([[first], [second], [third], [fourth]], { layout: 'rows', length: 5 })];
}

/** Knowledge tracing of which the first and the last position of each window do not count; the same with other responses at the last, which nothing follows; and all of it. */
export function historyOnly(layout: BatchLayout): { readonly some: Batch; readonly answeredOtherwise: Batch; readonly all: Batch; readonly counted: number } {
  const batchOf = (some: readonly Window[]): Batch => tracingBatch(some.map((window) => [window]), { layout, length: 5 });
  const counting = windows.map((window) => ({ ...window, counted: window.items.map((_, position) => Number(position > 0 && position < window.items.length - 1)) }));
  const otherwise = counting.map((window) => ({ ...window, responses: window.responses.map((response, position) => (position === window.items.length - 1 ? 1 - response : response)) }));
  return { some: batchOf(counting), answeredOtherwise: batchOf(otherwise), all: batchOf(windows), counted: windows.reduce((sum, { items }) => sum + items.length - 2, 0) };
}

function recommendationExamples(): ModelExamples {
  const whole = impressionBatch(impressions, [4, 3]);
  const others = impressions.map((impression) => ({ ...impression, clicked: [impression.candidates.length - 1] }));
  const padded = [
    { what: 'with three more columns of padding in its histories', batch: impressionBatch(impressions, [7, 3]) },
    { what: 'with two more columns of padding in its candidates', batch: impressionBatch(impressions, [4, 5]) },
    { what: 'with labels of 1 where there is padding', batch: impressionBatch(impressions, [4, 5], 1) },
  ];
  return {
    whole,
    padded,
    parts: [impressionBatch(impressions.slice(0, 2), [4, 3]), impressionBatch(impressions.slice(2), [4, 3])],
    unusual: [
      { what: 'of one impression', batch: impressionBatch(impressions.slice(0, 1), [4, 3]) },
      { what: 'of which one impression has no history', batch: impressionBatch([...impressions.slice(0, 1), { ...impressions[3]!, history: [] }], [4, 3]) },
    ],
    futures: [{ what: 'which candidates were clicked', batches: [whole, impressionBatch(others, [4, 3])], before: impressions.flatMap(({ candidates }) => candidates).length }],
    foreign: tracingBatch(windows.map((window) => [window]), { layout: 'windows', length: 5 }),
  };
}
