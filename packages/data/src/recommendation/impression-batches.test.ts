import type { Batch } from '@gramkit/spec';
import { describe, expect, it, onTestFinished } from 'vitest';
import { hash32, permutation } from '../split/hash.js';
import { splitStore, type Split, type SplitOptions } from '../split/split.js';
import { collect, errorOf, impressionReaderOf, items, storeOf, type Shown } from '../testing/fixtures.js';
import { openImpressionBatches, type ImpressionBatches, type ImpressionBatchesOptions } from './impression-batches.js';

const itemCount = 40;
const catalogue = items(...Array.from({ length: itemCount }, (_, item) => `i${item}`));

/** 25 users with 1 to 5 impressions of 1 to 9 candidates, of which 0 to 3 are clicked; the history grows with some of them. The last item is nowhere. */
const shown: Shown[] = Array.from({ length: 25 }, (_, user) => user).flatMap((user) =>
  Array.from({ length: 1 + (user % 5) }, (_, place) => {
    const candidates = Array.from({ length: 1 + ((user + 3 * place) % 9) }, (_, column) => `i${(user * 7 + place * 11 + column) % (itemCount - 1)}`);
    return {
      user: `u${user}`, candidates, heldOut: place === 4 ? 1 : 0,
      history: Array.from({ length: (user % 8) + Math.floor(place / 2) }, (_, click) => `i${(user * 5 + click * 3) % (itemCount - 1)}`),
      clicked: candidates.slice(0, hash32(user, place) % 4),
    };
  }));

interface PlainRow {
  readonly user: number;
  readonly history: string[];
  readonly candidates: string[];
  readonly labels: number[];
}

async function open(options: ImpressionBatchesOptions = {}, splitOptions: Omit<SplitOptions, 'seed'> = { testFraction: 'dataset', validationFraction: 0.2 }): Promise<ImpressionBatches> {
  const store = await storeOf(impressionReaderOf(catalogue, shown, 7));
  const batches = await openImpressionBatches(store, await splitStore(store, { seed: 3, ...splitOptions }), options);
  onTestFinished(() => batches.close());
  return batches;
}

/** The impressions of a part with the number of their user, in the order of the store, in the plainest way. */
function impressionsOf({ trainEnds, validationEnds }: Split, part: 'train' | 'validation' | 'test'): (Shown & { readonly number: number })[] {
  return shown.map((impression) => ({ ...impression, number: Number(impression.user.slice(1)) })).filter((impression) => {
    const place = shown.filter(({ user }) => user === impression.user).findIndex(({ candidates }) => candidates === impression.candidates);
    const own = place < trainEnds[impression.number]! ? 'train' : place < validationEnds[impression.number]! ? 'validation' : 'test';
    return own === part;
  });
}

function rowsOf(batch: Batch): Omit<PlainRow, 'user'>[] {
  const { itemIds, references, fields } = batch;
  const idsOf = (name: 'history' | 'candidates', row: number): string[] => {
    const { data, shape } = references[name]!;
    const cells = [...data.subarray(row * shape[1]!, (row + 1) * shape[1]!)];
    const used = cells.filter((reference) => reference >= 0);
    // Padding stands at the end.
    expect(cells.slice(0, used.length)).toEqual(used);
    return used.map((reference) => `i${itemIds[reference]!}`);
  };
  const columns = fields.labels!.shape[1]!;
  return Array.from({ length: fields.labels!.shape[0]! }, (_, row) => {
    const candidates = idsOf('candidates', row);
    const labels = [...fields.labels!.data.subarray(row * columns, (row + 1) * columns)];
    expect(labels.slice(candidates.length).every((label) => label === 0)).toBe(true);
    return { history: idsOf('history', row), candidates, labels: labels.slice(0, candidates.length) };
  });
}

describe.each([['in memory', {}], ['in a file', { interactionsInMemory: 0 }]])('batches of impressions %s', (_, options) => {
  it('train on every click that has something beside it, with negatives of the same impression, drawn by hash', async () => {
    const negatives = 3;
    const batches = await open({ ...options, negatives, historyLength: 6 });
    const training = impressionsOf(batches.split, 'train');
    const samples = training.flatMap((impression) => (impression.clicked.length === impression.candidates.length ? [] : impression.clicked.map((clicked) => ({ impression, clicked }))));
    expect(batches.windowCount('train')).toBe(samples.length);
    expect(batches.droppedClicks).toBe(training.filter(({ clicked, candidates }) => clicked.length === candidates.length).flatMap(({ clicked }) => clicked).length);
    expect(batches.droppedClicks).toBeGreaterThan(0);
    const made = await collect(batches.trainBatches({ seed: 9, epoch: 2, batchSize: 4 }));
    const order = [...permutation(samples.length, 9, 2, 2)].slice(0, 4 * made.length);
    expect(made.length).toBe(Math.floor(samples.length / 4));
    const fewer = { met: false, enough: false };
    const expected = order.map((sample) => {
      const { impression, clicked } = samples[sample]!;
      const others = impression.candidates.filter((item) => !impression.clicked.includes(item));
      const places: number[] = [];
      for (let draw = 0; places.length < negatives; draw++) {
        const place = hash32(9, 3, 2, sample, draw) % others.length;
        if (others.length < negatives || !places.includes(place)) places.push(place);
      }
      fewer[others.length < negatives ? 'met' : 'enough'] = true;
      return { history: impression.history.slice(-6), candidates: [clicked, ...places.map((place) => others[place]!)], labels: [1, 0, 0, 0] };
    });
    expect(made.flatMap(rowsOf)).toEqual(expected);
    expect(fewer).toEqual({ met: true, enough: true });
  });

  it.each(['validation', 'test'] as const)('evaluate whole impressions of %s once, by size', async (split) => {
    const batches = await open({ ...options, historyLength: 6 });
    const made = await collect(batches.evaluationBatches({ split, batchSize: 3 }));
    const plain = impressionsOf(batches.split, split).map(({ number, history, candidates, clicked }) => ({ user: number, history: history.slice(-6), candidates: [...candidates], labels: candidates.map((item) => (clicked.includes(item) ? 1 : 0)) }));
    expect(plain.length).toBeGreaterThan(3);
    const ordered = plain.toSorted((a, b) => a.candidates.length - b.candidates.length || a.history.length - b.history.length);
    expect(made.flatMap((batch) => rowsOf(batch).map((row, index) => ({ user: batch.users[index]!, ...row })))).toEqual(ordered);
    expect(batches.windowCount(split)).toBe(plain.length);
  });

  it('know the items that training does not show and has in no history', async () => {
    const batches = await open(options);
    const met = new Set(impressionsOf(batches.split, 'train').flatMap(({ history, candidates }) => [...history, ...candidates]));
    const unseen = await batches.unseenItems();
    expect([...unseen]).toEqual(catalogue.map(({ id }) => (met.has(id) ? 0 : 1)));
    expect(unseen[itemCount - 1]).toBe(1);
  });
});

describe('a batch of impressions', () => {
  it('has unique items in order of first occurrence and shapes rounded up', async () => {
    const batches = await open({ historyLength: 7, lengthMultiple: 4 });
    const made = [...await collect(batches.trainBatches({ seed: 1, epoch: 0, batchSize: 3 })), ...await collect(batches.evaluationBatches({ split: 'test', batchSize: 3 }))];
    for (const batch of made) {
      const rows = rowsOf(batch);
      expect([...batch.itemIds].map((item) => `i${item}`)).toEqual([...new Set(rows.flatMap(({ history, candidates }) => [...history, ...candidates]))]);
      const longest = Math.max(1, ...rows.map(({ history }) => history.length));
      expect(batch.references.history!.shape).toEqual([rows.length, Math.min(7, 4 * Math.ceil(longest / 4))]);
    }
    const widest = (batch: Batch): number => 4 * Math.ceil(Math.max(...rowsOf(batch).map(({ candidates }) => candidates.length)) / 4);
    const evaluated = await collect(batches.evaluationBatches({ split: 'test', batchSize: 3 }));
    expect(evaluated.map(({ references }) => references.candidates!.shape[1])).toEqual(evaluated.map(widest));
  });

  it('is the same wherever an epoch is taken up, and pooled by length of history where asked to', async () => {
    const batches = await open();
    const whole = await collect(batches.trainBatches({ seed: 1, epoch: 0, batchSize: 3 }));
    expect(await collect(batches.trainBatches({ seed: 1, epoch: 0, batchSize: 3, startBatch: 2 }))).toEqual(whole.slice(2));
    const pooled = await collect(batches.trainBatches({ seed: 1, epoch: 0, batchSize: 3, lengthPool: 50 }));
    const texts = (made: readonly Batch[]): string[] => made.flatMap(rowsOf).map((row) => JSON.stringify(row)).sort();
    expect(texts(pooled)).toEqual(texts(whole));
    const padding = (made: readonly Batch[]): number => made.reduce((sum, { references }) => sum + [...references.history!.data].filter((reference) => reference < 0).length, 0);
    expect(padding(pooled)).toBeLessThan(padding(whole));
  });
});

describe('splits of impressions', () => {
  it("follow the data set's own, and leave the last one out", async () => {
    const own = await open();
    expect(impressionsOf(own.split, 'test').every(({ heldOut }) => heldOut === 1)).toBe(true);
    expect(own.windowCount('test')).toBe(shown.filter(({ heldOut }) => heldOut === 1).length);
    const last = await open({}, { by: 'leave-one-out', validationFraction: 0 });
    expect(last.windowCount('test')).toBe(25);
    const users = (await collect(last.evaluationBatches({ split: 'test', batchSize: 10 }))).flatMap((batch) => [...batch.users]);
    expect(users.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 25 }, (_, user) => user));
  });

  it('need something clicked beside something that is not', async () => {
    const store = await storeOf(impressionReaderOf(catalogue, [{ user: 'u', history: [], candidates: ['i1'], clicked: ['i1'] }, { user: 'u', history: [], candidates: ['i1', 'i2'], clicked: ['i2'] }]));
    const error = await errorOf(openImpressionBatches(store, await splitStore(store, { seed: 1, by: 'leave-one-out' })));
    expect(error.code).toBe('DATA_EMPTY');
    const other = await splitStore(store, { seed: 1, testFraction: 0, validationFraction: 0 });
    expect((await errorOf(openImpressionBatches(store, other, { negatives: 0 }))).details.field).toBe('data.negatives');
  });
});
