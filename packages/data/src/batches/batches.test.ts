import { readdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Batch } from '@gramkit/spec';
import { describe, expect, it, onTestFinished } from 'vitest';
import { permutation } from '../split/hash.js';
import { splitStore, type Split } from '../split/split.js';
import type { Store } from '../store/store.js';
import { collect, errorOf, items, readerOf, storeOf, type Row } from '../testing/fixtures.js';
import type { EvaluationBatch } from './evaluation-batch.js';
import { epochOrder } from './epoch-order.js';
import { openBatches, type Batches, type BatchesOptions } from './batches.js';

const catalogue = items(...Array.from({ length: 12 }, (_, item) => `i${item}`));
const windowLength = 5;

/** Users with histories of 1 to 13 interactions of items that depend on user and position. */
const rows: Row[] = Array.from({ length: 40 }, (_, user) => user).flatMap((user) =>
  Array.from({ length: 1 + ((user * 7) % 13) }, (_, position) => [`u${user}`, `i${(user * 3 + position * position) % 11}`, (user + position) % 3 === 0 ? 1 : 0] as Row));

async function open(options: BatchesOptions = {}): Promise<{ store: Store; split: Split; batches: Batches }> {
  const store = await storeOf(readerOf(catalogue, rows, 50));
  const split = await splitStore(store, { seed: 1, testFraction: 0.2, validationFraction: 0.2 });
  const batches = await openBatches(store, split, { windowLength, ...options });
  onTestFinished(() => batches.close());
  return { store, split, batches };
}

/** The part of a user, of which the split is one of users. */
const partOf = ({ trainEnds, validationEnds, historyLengths }: Split, user: number): number => [trainEnds[user], validationEnds[user], historyLengths[user]].findIndex((end) => end! > 0);

interface Interaction {
  readonly user: number;
  readonly item: number;
  readonly response: number;
}

/** The windows of a part, cut in the plainest way. */
function referenceWindows(split: Split, part: number): Interaction[][] {
  const users = [...new Set(rows.map(([user]) => user))];
  return users.flatMap((name, user) => {
    const history = rows.filter(([other]) => other === name);
    if (partOf(split, user) !== part) return [];
    const windows: Interaction[][] = [];
    for (let start = 0; start < history.length; start += windowLength) {
      windows.push(history.slice(start, start + windowLength).map(([, item, response]) => ({ user, item: Number(item.slice(1)), response })));
    }
    return windows.filter((window) => window.length >= 2);
  });
}

function referenceBatch(windows: readonly Interaction[][], positions = Math.max(...windows.map((window) => window.length))): Batch {
  const itemIds = [...new Set(windows.flat().map(({ item }) => item))];
  const cells = windows.flatMap((window) => Array.from({ length: positions }, (_, position) => window[position]));
  return {
    itemIds: Int32Array.from(itemIds),
    references: { items: { dtype: 'int32', shape: [windows.length, positions], data: Int32Array.from(cells, (cell) => (cell === undefined ? -1 : itemIds.indexOf(cell.item))) } },
    fields: {
      responses: { dtype: 'float32', shape: [windows.length, positions], data: Float32Array.from(cells, (cell) => cell?.response ?? 0) },
      lengths: { dtype: 'int32', shape: [windows.length], data: Int32Array.from(windows, (window) => window.length) },
    },
  };
}

/** The same for evaluation: whose each position is. */
function referenceEvaluation(windows: readonly Interaction[][], positions = Math.max(...windows.map((window) => window.length))): EvaluationBatch {
  const users = windows.flatMap((window) => Array.from({ length: positions }, (_, position) => window[position]?.user ?? -1));
  return { ...referenceBatch(windows, positions), users: Int32Array.from(users) };
}

/** What a batch holds, in whatever layout: shape aside, its items, its weight, and its windows as text, sorted. */
function contentsOf({ itemIds, references, fields }: Batch): object {
  const positions = references.items!.shape[1]!;
  const windows: string[][] = [];
  references.items!.data.forEach((reference, cell) => {
    const begins = fields.starts === undefined ? cell % positions === 0 : fields.starts.data[cell] === 1;
    if (begins) windows.push([]);
    if (reference >= 0) windows.at(-1)!.push(`${itemIds[reference]!}:${fields.responses!.data[cell]!}`);
  });
  return { positions, itemIds, weight: fields.weight, windows: windows.map((window) => window.join(' ')).sort() };
}

function chunked<Value>(values: readonly Value[], size: number): Value[][] {
  return Array.from({ length: Math.ceil(values.length / size) }, (_, index) => values.slice(index * size, (index + 1) * size));
}

describe.each([['in memory', {}], ['in a file', { interactionsInMemory: 0 }]])('batches of histories %s', (_, options) => {
  it('are those of a plain reference, in the order of the hash, the last incomplete one left out', async () => {
    const { split, batches } = await open(options);
    const windows = referenceWindows(split, 0);
    const order = [...permutation(windows.length, 7, 2, 3)];
    const expected = chunked(order, 4).filter((batch) => batch.length === 4).map((batch) => referenceBatch(batch.map((window) => windows[window]!)));
    expect(windows.length % 4).not.toBe(0);
    expect(batches.windowCount('train')).toBe(windows.length);
    expect(batches.stepsPerEpoch(4)).toBe(expected.length);
    expect(await collect(batches.trainBatches({ seed: 7, epoch: 3, batchSize: 4 }))).toEqual(expected);
  });

  it('hold windows of like length where they are pooled', async () => {
    const { split, batches } = await open(options);
    const windows = referenceWindows(split, 0);
    const { windowsOf, weightOf } = epochOrder(Uint32Array.from(windows, (window) => window.length), { seed: 7, epoch: 3, batchSize: 4, batches: batches.stepsPerEpoch(4), lengthPool: 3 });
    const expected = Array.from({ length: batches.stepsPerEpoch(4) }, (_, batch) => {
      const plain = referenceBatch([...windowsOf(batch)].map((window) => windows[window]!));
      return { ...plain, fields: { ...plain.fields, weight: { dtype: 'float32', shape: [], data: Float32Array.of(weightOf!(batch)) } } };
    });
    expect(await collect(batches.trainBatches({ seed: 7, epoch: 3, batchSize: 4, lengthPool: 3 }))).toEqual(expected);
  });

  it.each([[2, [2, 4, 5]], [4, [4, 5]], [9, [5]]])('have a multiple of %i positions, but never more than a window', async (lengthMultiple, allowed) => {
    const { split, batches } = await open({ ...options, lengthMultiple });
    const rounded = (windows: readonly Interaction[][]) => Math.min(windowLength, Math.ceil(Math.max(...windows.map((window) => window.length)) / lengthMultiple) * lengthMultiple);
    const ordered = referenceWindows(split, 2).toSorted((a, b) => a.length - b.length);
    const evaluated = await collect(batches.evaluationBatches({ split: 'test', batchSize: 3 }));
    expect(evaluated).toEqual(chunked(ordered, 3).map((windows) => referenceEvaluation(windows, rounded(windows))));
    const trained = await collect(batches.trainBatches({ seed: 7, epoch: 3, batchSize: 1, lengthPool: 2 }));
    expect(new Set(trained.map(({ fields }) => fields.responses!.shape[1]))).toEqual(new Set(allowed));
  });

  it.each([1, 3])('hold the same windows in rows, in training with pools of %i batches and in evaluation', async (lengthPool) => {
    const lengthMultiple = 2;
    const plain = await open({ ...options, lengthMultiple });
    const inRows = await open({ ...options, lengthMultiple, layout: 'rows' });
    const epoch = { seed: 7, epoch: 3, batchSize: 12, lengthPool };
    const trained = await collect(inRows.batches.trainBatches(epoch));
    expect(trained.map(contentsOf)).toEqual((await collect(plain.batches.trainBatches(epoch))).map(contentsOf));
    const evaluation = { split: 'test', batchSize: 4 } as const;
    const evaluated = await collect(inRows.batches.evaluationBatches(evaluation));
    expect(evaluated.map(contentsOf)).toEqual((await collect(plain.batches.evaluationBatches(evaluation))).map(contentsOf));
    const rowsOf = ({ references }: Batch) => references.items!.shape[0]!;
    expect(trained.every((batch) => rowsOf(batch) % 2 === 0)).toBe(true);
    expect(trained.some((batch) => rowsOf(batch) < 12)).toBe(true);
  });

  it('evaluate every window once, by length, ties in order', async () => {
    const { split, batches } = await open(options);
    for (const [part, number] of [['validation', 1], ['test', 2]] as const) {
      const windows = referenceWindows(split, number).toSorted((a, b) => a.length - b.length);
      expect(windows.length).toBeGreaterThan(3);
      expect(await collect(batches.evaluationBatches({ split: part, batchSize: 3 }))).toEqual(chunked(windows, 3).map((batch) => referenceEvaluation(batch)));
    }
  });

  it('knows the items that no training user has', async () => {
    const { split, batches } = await open(options);
    const seen = new Set(rows.filter(([user]) => partOf(split, Number(user.slice(1))) === 0).map(([, item]) => item));
    expect([...(await batches.unseenItems())]).toEqual(catalogue.map(({ id }) => (seen.has(id) ? 0 : 1)));
    expect(seen.size).toBeLessThan(catalogue.length);
  });
});

describe('trainBatches', () => {
  it.each([
    ['windows', 1], ['windows', 2], ['windows', 5], ['windows', 1000], ['rows', 1], ['rows', 5],
  ] as const)('goes on at any batch as if it had not stopped, in %s, with pools of %i batches', async (layout, lengthPool) => {
    const { batches } = await open({ layout });
    const epoch = { seed: 1, epoch: 0, batchSize: 3, lengthPool };
    const whole = await collect(batches.trainBatches(epoch));
    for (let startBatch = 0; startBatch <= whole.length; startBatch++) {
      expect(await collect(batches.trainBatches({ ...epoch, startBatch }))).toEqual(whole.slice(startBatch));
    }
  });

  it('keeps an incomplete batch where asked to, and makes a smaller one where there is no full one', async () => {
    const { batches } = await open();
    const windows = batches.windowCount('train');
    const all = await collect(batches.trainBatches({ seed: 1, epoch: 0, batchSize: 4, dropLast: false }));
    expect(all.length).toBe(Math.ceil(windows / 4));
    expect(batches.stepsPerEpoch(4, false)).toBe(all.length);
    const single = await collect(batches.trainBatches({ seed: 1, epoch: 0, batchSize: 1000 }));
    expect(batches.stepsPerEpoch(1000)).toBe(1);
    expect(single.map(({ fields }) => fields.lengths!.data.length)).toEqual([windows]);
  });

  it('can be left early, and the file is closed and nameless', async () => {
    const { store, batches } = await open({ interactionsInMemory: 0 });
    for await (const batch of batches.trainBatches({ seed: 1, epoch: 0, batchSize: 2 })) {
      expect(batch.itemIds.length).toBeGreaterThan(0);
      break;
    }
    expect(await readdir(dirname(store.file))).toEqual(['store.duckdb']);
    await batches.close();
    await expect(collect(batches.trainBatches({ seed: 1, epoch: 0, batchSize: 2 }))).rejects.toThrow();
  });
});

/** A prediction that a batch asks for. */
interface Predicted {
  readonly user: number;
  readonly item: number;
  readonly response: number;
}

/** The predictions that batches ask for, in whatever layout; `counts` tells whether they count. */
function predictionsOf(batches: readonly EvaluationBatch[], counts: 0 | 1): Predicted[] {
  return batches.flatMap(({ itemIds, references, fields, users }) => {
    const positions = references.items!.shape[1]!;
    return [...references.items!.data].flatMap((reference, cell) => {
      const begins = cell % positions === 0 || fields.starts?.data[cell] === 1;
      if (reference < 0 || begins || fields.counted!.data[cell] !== counts) return [];
      return [{ user: users[cell]!, item: itemIds[reference]!, response: fields.responses!.data[cell]! }];
    });
  });
}

const sortedTexts = (values: readonly object[]): string[] => values.map((value) => JSON.stringify(value)).sort();

describe.each([['windows', {}], ['rows', { interactionsInMemory: 0 }]] as const)('a split of events or items, in %s', (layout, options) => {
  // Later in a history is later in time, and users are all over it.
  const timed = rows.map(([user, item, response], row): Row => [user, item, response, { time: row + 100 * (Number(user.slice(1)) % 5) }]);
  const userNames = [...new Set(rows.map(([user]) => user))];
  const histories = userNames.map((name, user) => rows.filter(([other]) => other === name).map(([, item, response]) => ({ user, item: Number(item.slice(1)), response })));

  it.each(['time', 'leave-one-out', 'unseen-items'] as const)('by %s: trains on its own part alone, and asks for every prediction of the others once', async (by) => {
    const store = await storeOf(readerOf(catalogue, timed, 50));
    const split = await splitStore(store, { seed: 3, by, validationFraction: 0.3 });
    const batches = await openBatches(store, split, { windowLength, layout, ...options });
    onTestFinished(() => batches.close());
    const isOf = (part: 0 | 1 | 2) => ({ user, item }: Predicted, position: number): boolean =>
      split.ofItem === undefined ? [split.trainEnds, split.validationEnds, split.historyLengths].findIndex((ends) => position < ends[user]!) === part : split.ofItem[item] === part;
    const trained = await collect(batches.trainBatches({ seed: 7, epoch: 0, batchSize: 4, dropLast: false }));
    const windows = histories.flatMap((history) => chunked(history.filter((interaction, position) => isOf(0)(interaction, position)), windowLength)).filter((window) => window.length > 1);
    const contents = trained.map(contentsOf) as { windows: string[] }[];
    expect(contents.flatMap((batch) => batch.windows).sort()).toEqual(windows.map((window) => window.map(({ item, response }) => `${item}:${response}`).join(' ')).sort());
    expect(trained.every(({ fields }) => fields.counted === undefined)).toBe(true);
    for (const [part, number] of [['validation', 1], ['test', 2]] as const) {
      const evaluated = await collect(batches.evaluationBatches({ split: part, batchSize: 3 }));
      const expected = histories.flatMap((history) => history.filter((interaction, position) => position > 0 && isOf(number)(interaction, position)));
      expect(expected.length).toBeGreaterThan(3);
      expect(sortedTexts(predictionsOf(evaluated, 1))).toEqual(sortedTexts(expected));
      expect(predictionsOf(evaluated, 0).length).toBeGreaterThan(0);
      for (const { references, fields, users } of evaluated) {
        references.items!.data.forEach((reference, cell) => expect([users[cell]! >= 0, fields.counted!.data[cell] === 1 && reference < 0]).toEqual([reference >= 0, false]));
      }
    }
    const seen = new Set(histories.flatMap((history) => history.filter((interaction, position) => isOf(0)(interaction, position))).map(({ item }) => item));
    expect([...(await batches.unseenItems())]).toEqual(catalogue.map((_, item) => (seen.has(item) ? 0 : 1)));
  });
});

describe('openBatches', () => {
  it('refuses sizes that make no sense and a training part without a window', async () => {
    const { store, split, batches } = await open();
    expect((await errorOf(openBatches(store, split, { windowLength: 1 }))).details.field).toBe('windowLength');
    expect((await errorOf(collect(batches.trainBatches({ seed: 1, epoch: 0, batchSize: 0 })))).details.field).toBe('batchSize');
    expect((await errorOf(collect(batches.trainBatches({ seed: 1, epoch: 0, batchSize: 2, lengthPool: 1.5 })))).details.field).toBe('lengthPool');
    expect((await errorOf(openBatches(store, split, { lengthMultiple: 0 }))).details.field).toBe('lengthMultiple');
    expect((await errorOf(openBatches(store, split, { layout: 'columns' as 'rows' }))).details).toMatchObject({ field: 'layout', alternatives: ['windows', 'rows'] });
    const short = await storeOf(readerOf(items('a'), [['u', 'a', 1], ['v', 'a', 0]]));
    const shortSplit = await splitStore(short, { seed: 1, testFraction: 0, validationFraction: 0 });
    expect((await errorOf(openBatches(short, shortSplit))).code).toBe('DATA_EMPTY');
  });
});
