import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Batch } from '@gramkit/spec';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createTabularReader } from '../readers/tabular.js';
import { tabularOptions } from '../readers/tabular-options.js';
import { splitStore, type Split, type SplitOptions } from '../split/split.js';
import type { Store } from '../store/store.js';
import { collect, errorOf, items, readerOf, storeOf, type Row } from '../testing/fixtures.js';
import { openClickBatches, type ClickBatches, type ClickBatchesOptions } from './click-batches.js';

/** What the conventions of the PyTorch peer give, recorded by tools/oracles/recommendation_batches.py. */
const recorded = JSON.parse(readFileSync(new URL('./__fixtures__/click-batches.json', import.meta.url), 'utf8')) as {
  readonly items: number;
  readonly clicks: readonly (readonly number[])[];
  readonly seed: number;
  readonly historyLength: number;
  readonly negatives: number;
  readonly evaluationNegatives: number;
  readonly batchSize: number;
  readonly samples: number;
  readonly epochs: readonly (readonly RecordedRow[][])[];
  readonly evaluation: readonly (RecordedRow & { readonly column: number })[];
};

interface RecordedRow {
  readonly history: readonly number[];
  readonly candidates: readonly number[];
}

function clickStore(clicks: readonly (readonly number[])[], itemCount: number): Promise<Store> {
  const rows = clicks.flatMap((history, user) => history.map((item) => [`u${user}`, `i${item}`, 1] as Row));
  return storeOf({ ...readerOf(items(...Array.from({ length: itemCount }, (_, item) => `i${item}`)), rows, 5), task: 'recommendation' });
}

const leaveOneOut: SplitOptions = { seed: recorded.seed, by: 'leave-one-out', validationFraction: 0 };

async function open(options: Partial<ClickBatchesOptions> = {}, splitOptions: SplitOptions = leaveOneOut, changed: (split: Split) => Split = (split) => split): Promise<ClickBatches> {
  const store = await clickStore(recorded.clicks, recorded.items);
  const { seed, historyLength, negatives, evaluationNegatives } = recorded;
  const batches = await openClickBatches(store, changed(await splitStore(store, splitOptions)), { seed, historyLength, negatives, evaluationNegatives, ...options });
  onTestFinished(() => batches.close());
  return batches;
}

/** The rows of a batch by catalogue rows, padding left out. */
function rowsOf({ itemIds, references, fields }: Batch): (RecordedRow & { readonly labels: number[] })[] {
  const cellsOf = (name: 'history' | 'candidates', row: number): number[] => {
    const { data, shape } = references[name]!;
    return [...data.subarray(row * shape[1]!, (row + 1) * shape[1]!)];
  };
  const named = (cells: number[]): number[] => cells.filter((reference) => reference >= 0).map((reference) => itemIds[reference]!);
  const candidateCount = fields.labels!.shape[1]!;
  return Array.from({ length: fields.labels!.shape[0]! }, (_, row) => {
    const history = cellsOf('history', row);
    // Padding stands behind the clicks.
    expect(history.map((reference) => reference < 0)).toEqual(history.map((_, cell) => cell >= named(history).length));
    return { history: named(history), candidates: named(cellsOf('candidates', row)), labels: [...fields.labels!.data.subarray(row * candidateCount, (row + 1) * candidateCount)] };
  });
}

const labelled = (candidates: number, column: number): number[] => Array.from({ length: candidates }, (_, place) => (place === column ? 1 : 0));

describe.each([['in memory', {}], ['in a file', { interactionsInMemory: 0 }]])('batches of clicks %s', (_, options) => {
  it('are those of the peer in training: order, histories and negatives', async () => {
    const batches = await open(options);
    expect(batches.windowCount('train')).toBe(recorded.samples);
    expect(recorded.samples % recorded.batchSize).not.toBe(0);
    expect(batches.stepsPerEpoch(recorded.batchSize)).toBe(recorded.epochs[0]!.length);
    for (const [epoch, expected] of recorded.epochs.entries()) {
      const made = await collect(batches.trainBatches({ seed: recorded.seed, epoch, batchSize: recorded.batchSize }));
      expect(made.map(rowsOf)).toEqual(expected.map((rows) => rows.map((row) => ({ ...row, labels: labelled(1 + recorded.negatives, 0) }))));
    }
  });

  it('are those of the peer in evaluation, one a user, by length of history', async () => {
    const batches = await open(options);
    const made = await collect(batches.evaluationBatches({ split: 'test', batchSize: 3 }));
    const rows = recorded.evaluation.map(({ history, candidates, column }) => ({ history, candidates, labels: labelled(1 + recorded.evaluationNegatives, column) }));
    // Numbers of the users of two clicks or more, in the store.
    const users = recorded.clicks.flatMap(({ length }, user) => (length < 2 ? [] : [user]));
    const order = [...rows.keys()].sort((a, b) => Math.min(rows[a]!.history.length, recorded.historyLength) - Math.min(rows[b]!.history.length, recorded.historyLength));
    expect(made.flatMap(rowsOf)).toEqual(order.map((row) => rows[row]));
    expect(made.flatMap((batch) => [...batch.users])).toEqual(order.map((row) => users[row]));
    expect(made.map(({ users: { length } }) => length)).toEqual([3, 3, 1]);
  });

  it('can be taken up anywhere', async () => {
    const batches = await open(options);
    const whole = await collect(batches.trainBatches({ seed: 9, epoch: 1, batchSize: 2 }));
    expect(await collect(batches.trainBatches({ seed: 9, epoch: 1, batchSize: 2, startBatch: 4 }))).toEqual(whole.slice(4));
    expect(await collect(batches.trainBatches({ seed: 9, epoch: 1, batchSize: 2, startBatch: 99 }))).toEqual([]);
    expect(await collect(batches.trainBatches({ seed: 9, epoch: 2, batchSize: 2 }))).not.toEqual(whole);
  });
});

describe('a batch of clicks', () => {
  it('has unique items in order of first occurrence, and arrays of the shapes that a sequence model reads', async () => {
    const [batch] = await collect((await open()).trainBatches({ seed: 5, epoch: 0, batchSize: 3 }));
    const rows = rowsOf(batch!);
    expect([...batch!.itemIds]).toEqual([...new Set(rows.flatMap(({ history, candidates }) => [...history, ...candidates]))]);
    const longest = Math.max(...rows.map(({ history }) => history.length));
    expect(batch!.references.history).toMatchObject({ dtype: 'int32', shape: [3, longest] });
    expect(batch!.references.candidates).toMatchObject({ dtype: 'int32', shape: [3, 5] });
    expect(batch!.fields).toEqual({ labels: { dtype: 'float32', shape: [3, 5], data: Float32Array.of(1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0) } });
  });

  it('has histories of rounded lengths, never above the longest there may be', async () => {
    const batches = await open({ historyLength: 5, lengthMultiple: 2 });
    const made = [...await collect(batches.trainBatches({ seed: 1, epoch: 0, batchSize: 1 })), ...await collect(batches.evaluationBatches({ split: 'test', batchSize: 1 }))];
    const expected = made.map((batch) => Math.min(5, 2 * Math.ceil(rowsOf(batch)[0]!.history.length / 2)));
    expect(made.map(({ references }) => references.history!.shape[1])).toEqual(expected);
    expect(new Set(expected)).toEqual(new Set([2, 4, 5]));
  });

  it('holds histories of like length where they are pooled, the same samples over the epoch', async () => {
    const batches = await open({ historyLength: 10 });
    const spread = (made: readonly Batch[]): number => made.map(rowsOf).map((rows) => rows.map(({ history }) => history.length)).reduce((sum, lengths) => sum + Math.max(...lengths) - Math.min(...lengths), 0);
    const texts = (made: readonly Batch[]): string[] => made.flatMap(rowsOf).map((row) => JSON.stringify(row)).sort();
    const plain = await collect(batches.trainBatches({ seed: 1, epoch: 0, batchSize: 3 }));
    const pooled = await collect(batches.trainBatches({ seed: 1, epoch: 0, batchSize: 3, lengthPool: 100 }));
    expect(texts(pooled)).toEqual(texts(plain));
    expect(spread(pooled)).toBeLessThan(spread(plain));
    expect(pooled.every(({ fields }) => fields.weight === undefined)).toBe(true);
  });

  it('never holds a negative that the user has clicked, or one twice', async () => {
    const batches = await open({}, { ...leaveOneOut, validationFraction: 0.6 });
    for (const split of ['validation', 'test'] as const) {
      for (const batch of await collect(batches.evaluationBatches({ split, batchSize: 4 }))) {
        rowsOf(batch).forEach(({ candidates, labels }, row) => {
          const clicked = new Set(recorded.clicks[batch.users[row]!]);
          expect(candidates.filter((item, column) => clicked.has(item) !== (labels[column] === 1))).toEqual([]);
          expect(new Set(candidates).size).toBe(candidates.length);
        });
      }
    }
  });
});

describe('parts', () => {
  it('evaluate the last click that a user has in them, after all before it', async () => {
    const batches = await open({ historyLength: 10 }, { ...leaveOneOut, validationFraction: 0.6 });
    const { trainEnds, validationEnds } = batches.split;
    const validated = recorded.clicks.flatMap((_, user) => (validationEnds[user]! > trainEnds[user]! && trainEnds[user]! > 0 ? [user] : []));
    expect(validated.length).toBeGreaterThan(1);
    const made = await collect(batches.evaluationBatches({ split: 'validation', batchSize: 2 }));
    expect(made.flatMap((batch) => [...batch.users]).sort((a, b) => a - b)).toEqual(validated);
    for (const batch of made) {
      rowsOf(batch).forEach(({ history, candidates, labels }, row) => {
        const clicks = recorded.clicks[batch.users[row]!]!;
        expect(history).toEqual(clicks.slice(0, -2));
        expect(candidates[labels.indexOf(1)]).toBe(clicks.at(-2));
      });
    }
  });

  it('draw other items in validation than in the test', async () => {
    const asTest = await open();
    const asValidation = await open({}, leaveOneOut, (split) => ({ ...split, validationEnds: split.historyLengths }));
    const candidatesOf = async (batches: ClickBatches, split: 'test' | 'validation') => (await collect(batches.evaluationBatches({ split, batchSize: 100 }))).flatMap(rowsOf).map(({ candidates }) => candidates);
    const [test, validation] = [await candidatesOf(asTest, 'test'), await candidatesOf(asValidation, 'validation')];
    expect(validation.length).toBe(test.length);
    expect(validation).not.toEqual(test);
  });

  it('know the items that no click of training is on', async () => {
    const batches = await open({}, leaveOneOut, (split) => ({ ...split, trainEnds: split.trainEnds.map((end) => Math.max(0, end - 1)) }));
    const trained = new Set(recorded.clicks.flatMap((clicks) => clicks.slice(0, -2)));
    expect([...await batches.unseenItems()]).toEqual(Array.from({ length: recorded.items }, (_, item) => (trained.has(item) ? 0 : 1)));
    expect(trained.size).toBeLessThan(recorded.items);
  });
});

describe('clicks on items that are held out', () => {
  /** Of the items 0 to 39 every fourth validates and every fourth tests. */
  const partOf = (item: number): number => [0, 1, 0, 2][item % 4]!;
  const clicks = Array.from({ length: 30 }, (_, user) => Array.from({ length: 2 + (user % 7) }, (_, place) => (user * 11 + place * 7) % 40));

  async function openHeldOut(options: Partial<ClickBatchesOptions> = {}): Promise<ClickBatches> {
    const store = await clickStore(clicks, 40);
    const split = await splitStore(store, { seed: 1, by: 'unseen-items' });
    const batches = await openClickBatches(store, { ...split, ofItem: Uint8Array.from({ length: 40 }, (_, item) => partOf(item)) }, { seed: 4, negatives: 3, evaluationNegatives: 5, ...options });
    onTestFinished(() => batches.close());
    return batches;
  }

  it.each([1_000_000, 0])('are unknown to training (up to %i clicks in memory)', async (interactionsInMemory) => {
    const batches = await openHeldOut({ interactionsInMemory });
    const made = await collect(batches.trainBatches({ seed: 1, epoch: 0, batchSize: 1 }));
    const kept = clicks.map((history) => history.filter((item) => partOf(item) === 0));
    const expected = kept.flatMap((history) => history.slice(1).map((target, place) => JSON.stringify([history.slice(0, place + 1), target])));
    expect(made.flatMap(rowsOf).map(({ history, candidates }) => JSON.stringify([history, candidates[0]])).sort()).toEqual(expected.sort());
    expect(made.flatMap((batch) => [...batch.itemIds]).every((item) => partOf(item) === 0)).toBe(true);
    const unseen = await batches.unseenItems();
    expect(Array.from(unseen.keys()).filter((item) => partOf(item) !== 0).every((item) => unseen[item] === 1)).toBe(true);
  });

  it.each([['validation', 1], ['test', 2]] as const)('are what %s asks for, beside others of their own, after all clicks before', async (split, part) => {
    const batches = await openHeldOut();
    const made = await collect(batches.evaluationBatches({ split, batchSize: 4 }));
    const last = clicks.map((history) => history.findLastIndex((item) => partOf(item) === part));
    const users = last.flatMap((place, user) => (place > 0 ? [user] : []));
    expect(made.flatMap((batch) => [...batch.users]).sort((a, b) => a - b)).toEqual(users);
    for (const batch of made) {
      rowsOf(batch).forEach(({ history, candidates, labels }, row) => {
        const user = batch.users[row]!;
        expect(history).toEqual(clicks[user]!.slice(0, last[user]));
        expect(candidates[labels.indexOf(1)]).toBe(clicks[user]![last[user]!]);
        expect(candidates.every((item) => partOf(item) === part)).toBe(true);
        expect(new Set(candidates).size).toBe(6);
      });
    }
  });

  it('are refused where a part has too few of them', async () => {
    const error = await errorOf(openHeldOut({ evaluationNegatives: 10 }));
    expect(error.code).toBe('DATA_MISMATCH');
    expect(error.message).toMatch(/of the 10 items of the part 'validation', which leaves too few to draw 10 others/);
  });
});

describe('openClickBatches', () => {
  it('refuses a user who has clicked nearly everything, by name', async () => {
    const store = await clickStore([[0, 1], [0, 1, 2, 3, 2, 3]], 6);
    const split = await splitStore(store, leaveOneOut);
    const error = await errorOf(openClickBatches(store, split, { seed: 1, negatives: 1, evaluationNegatives: 3 }));
    expect(error).toMatchObject({ code: 'DATA_MISMATCH', details: { field: 'data.evaluationNegatives', fix: expect.stringContaining('2 or less') as string } });
    expect(error.message).toMatch(/user 'u1' has clicked 4 of the 6 items.* 3 others/);
    const batches = await openClickBatches(store, split, { seed: 1, negatives: 2, evaluationNegatives: 2 });
    expect(rowsOf((await collect(batches.evaluationBatches({ split: 'test', batchSize: 2 })))[0]!)[1]!.candidates.toSorted()).toEqual([3, 4, 5]);
    await batches.close();
  });

  it('refuses data without anything to train on, and lengths below 1', async () => {
    const store = await clickStore([[0, 1], [2, 3]], 30);
    const split = await splitStore(store, leaveOneOut);
    expect((await errorOf(openClickBatches(store, split, { seed: 1 }))).code).toBe('DATA_EMPTY');
    for (const field of ['historyLength', 'negatives', 'evaluationNegatives'] as const) {
      const error = await errorOf(openClickBatches(store, split, { seed: 1, [field]: 0 }));
      expect([error.code, error.details.field]).toEqual(['CONFIGURATION_INVALID', `data.${field}`]);
    }
  });
});

const shared = resolve(fileURLToPath(import.meta.url), '../../../../../../shared/data/goodreads');

describe.skipIf(!existsSync(shared))(`Goodreads (skipped where ${shared} is absent)`, () => {
  it('has the batches of the PyTorch peer, to the last item', async () => {
    const store = await storeOf(createTabularReader(tabularOptions.parse({
      task: 'recommendation', interactions: 'histories.tsv', interactionsHeader: false, itemSeparator: ' ', columns: { user: 'column0', item: 'column1' },
      quotes: false, unknownItems: 'drop', items: 'books.tsv', id: 'bid', fields: { title: 'title' },
    }), shared));
    const batches = await openClickBatches(store, await splitStore(store, { seed: 1, by: 'leave-one-out', validationFraction: 0 }), { seed: 1, historyLength: 8 });
    onTestFinished(() => batches.close());
    expect([batches.windowCount('train'), batches.windowCount('test'), batches.stepsPerEpoch(64)]).toEqual([112324, 22195, 1755]);
    // Recorded from the peer: SHA-256 over the items of each row, of epoch 1 and of the test, there with the column of the clicked one.
    const training = createHash('sha256');
    for await (const batch of batches.trainBatches({ seed: 1, epoch: 1, batchSize: 64 })) training.update(`${linesOf(batch).join('\n')}\n`);
    expect(training.digest('hex')).toBe('b9f8bbed45fb88475cf86981fbbc92ff69f8e14cfdb536cfc8e9d30720acbc9f');
    const lines: string[] = [];
    for await (const batch of batches.evaluationBatches({ split: 'test', batchSize: 256 })) {
      linesOf(batch).forEach((line, row) => (lines[batch.users[row]!] = `${line} @${batch.fields.labels!.data.subarray(row * 21, (row + 1) * 21).indexOf(1)}`));
    }
    expect(createHash('sha256').update(lines.join('\n')).digest('hex')).toBe('c18a9c12de37d439e294e719ceacc60e38b89a3e5826e475f606e2c10dd08a2e');
  }, 60_000);
});

/** The items of every row: the history, then the candidates. */
function linesOf({ itemIds, references: { history, candidates } }: Batch): string[] {
  return Array.from({ length: history!.shape[0]! }, (_, row) => {
    const cells = [history!, candidates!].flatMap(({ data, shape }) => [...data.subarray(row * shape[1]!, (row + 1) * shape[1]!)]);
    return cells.filter((reference) => reference >= 0).map((reference) => itemIds[reference]!).join(' ');
  });
}
