import { describe, expect, it } from 'vitest';
import { errorOf, impressionReaderOf, items, readerOf, storeOf, type Row } from '../testing/fixtures.js';

const catalogue = [...items('a', 'b'), { id: 'c', fields: { text: '  ' } }, { id: 'd', fields: { text: 'three small words' } }];
const history = (user: string, length: number): Row[] => Array.from({ length }, (_, position) => [user, position % 2 === 0 ? 'a' : 'b', position % 4 === 0 ? 1 : 0] as Row);

describe('inspect', () => {
  it('counts what is there', async () => {
    const store = await storeOf(readerOf(catalogue, [...history('u', 8), ...history('v', 5), ...history('w', 1)], 100));
    const inspection = await store.inspect({ windowLength: 4, batchSize: 3 });
    expect(inspection).toMatchObject({
      users: 3, items: 4, interactions: 14, interactionsPerItem: 3.5, itemsWithoutInteractions: 2, itemsWithoutText: 1, textField: 'text',
      interactionsPerUser: { minimum: 1, median: 5, maximum: 8 },
      textCharacters: { minimum: 2, maximum: 17 },
      textWords: { minimum: 0, maximum: 3 },
      positiveRate: 5 / 14,
      windows: 3, paddingShare: 0, interactionsPerUniqueItem: 6,
    });
    expect(inspection.examples).toEqual(catalogue.slice(0, 3));
    expect(inspection).not.toHaveProperty('ceiling');
    expect(inspection).not.toHaveProperty('heldOutUsers');
  });

  it('estimates padding from the lengths within a batch', async () => {
    const store = await storeOf(readerOf(catalogue, [...history('u', 4), ...history('v', 2)], 100));
    expect((await store.inspect({ windowLength: 4, batchSize: 2 })).paddingShare).toBeCloseTo(0.25);
    expect((await store.inspect({ windowLength: 4, batchSize: 1 })).paddingShare).toBe(0);
  });

  it('measures the field it is told to, and refuses one that no item has', async () => {
    const store = await storeOf(readerOf([{ id: 'a', fields: { title: 'one', body: 'two words' } }], [['u', 'a', 1]]));
    expect((await store.inspect()).textField).toBe('title');
    expect((await store.inspect({ textField: 'body' })).textWords.maximum).toBe(2);
    const error = await errorOf(store.inspect({ textField: 'boddy' }));
    expect([error.code, error.details.alternatives]).toEqual(['DATA_MISMATCH', ['body', 'title']]);
  });
});

describe('ceiling', () => {
  it('is the AUC of the true probabilities of held-out users, ties one half, also on unseen items', async () => {
    const test: [string, number, number][] = [['a', 1, 0.9], ['b', 0, 0.2], ['c', 1, 0.5], ['c', 0, 0.5], ['d', 0, 0.7], ['c', 1, 0.1]];
    const rows: Row[] = [
      ...test.map(([item, response, probability]) => ['t', item, response, { heldOut: 1, probability }] as Row),
      ['u', 'a', 0, { heldOut: 0, probability: 0.99 }], ['u', 'b', 1, { heldOut: 0, probability: 0.01 }],
    ];
    const ceiling = await (await storeOf(readerOf(catalogue, rows, 100))).ceiling();
    const auc = (answers: typeof test) => {
      const pairs = answers.filter(([, response]) => response === 1).flatMap(([, , p]) => answers.filter(([, response]) => response === 0).map(([, , q]) => (p > q ? 1 : p === q ? 0.5 : 0)));
      return pairs.reduce<number>((sum, value) => sum + value, 0) / pairs.length;
    };
    expect(ceiling!.auc).toBeCloseTo(auc(test), 10);
    expect(ceiling!.unseenAuc).toBeCloseTo(auc(test.filter(([item]) => item === 'c' || item === 'd')), 10);
    expect([ceiling!.interactions, ceiling!.unseenInteractions]).toEqual([6, 4]);
  });

  it('is unknown without true probabilities', async () => {
    expect(await (await storeOf(readerOf(catalogue, history('u', 3)))).ceiling()).toBeUndefined();
  });
});

describe('inspect of impressions', () => {
  const shown = (user: string, history: string, candidates: string, clicked: string, heldOut: number) => ({ user, history: [...history], candidates: [...candidates], clicked: [...clicked], heldOut });
  const impressions = [shown('u', 'ab', 'ab', 'a', 0), shown('u', 'ab', 'aba', 'b', 1), shown('v', '', 'ab', 'ab', 0), shown('w', 'aaab', 'b', '', 1)];

  it('counts what is there', async () => {
    const store = await storeOf(impressionReaderOf(catalogue, impressions, 100));
    expect(await store.inspect({ windowLength: 3, batchSize: 2 })).toMatchObject({
      users: 3, items: 4, impressions: 4, candidates: 8, interactions: 4,
      impressionsPerUser: { minimum: 1, maximum: 2 }, historyLength: { minimum: 0, mean: 2, maximum: 4 }, candidatesPerImpression: { minimum: 1, mean: 2, maximum: 3 },
      differentHistories: 3, clickRate: 0.5, impressionsWithoutClick: 1, impressionsAllClicked: 1, itemsNeverMet: 2, heldOutImpressions: 2,
      windowLength: 3, batchSize: 2, textField: 'text', itemsWithoutText: 1,
    });
  });

  it('estimates R and padding from batches of histories, clicks and others', async () => {
    const store = await storeOf(impressionReaderOf(catalogue, [shown('u', 'aab', 'cb', 'c', 0), shown('v', 'b', 'dab', 'd', 0)], 100));
    // Of the latest two clicks each: a b + c b, and b + d a b; items a, b, c, d.
    expect(await store.inspect({ windowLength: 2, batchSize: 2 })).toMatchObject({ interactionsPerUniqueItem: 8 / 4, paddingShare: 1 / 4 });
    expect(await store.inspect({ windowLength: 2, batchSize: 1 })).toMatchObject({ interactionsPerUniqueItem: (4 / 3 + 4 / 3) / 2, paddingShare: 0 });
  });
});
