import { join } from 'node:path';
import { formatError } from '@gramkit/spec';
import { describe, expect, it } from 'vitest';
import { newsOptions } from '../generator/news-options.js';
import { exportImpressions } from '../store/parquet.js';
import { errorOf, folderWith, impressionsOfStore, storeOf, temporaryFolder } from '../testing/fixtures.js';
import { createGeneratedNewsReader } from './generated-news.js';
import { createImpressionsReader, impressionsOptions } from './impressions.js';

const items = 'id,title\na,one\nb,two\nc,three\n';
const asLines = '{"user":"u","history":[],"candidates":["a","b"],"clicks":[0,1],"when":2}\n{"user":"u","history":["b"],"candidates":["c","a"],"clicks":[1,0],"when":5}\n';
const expected = [
  { user: 'u', historyNumber: 0, history: [], candidates: ['a', 'b'], clicked: ['b'] },
  { user: 'u', historyNumber: 1, history: ['b'], candidates: ['c', 'a'], clicked: ['c'] },
];

async function readerOf(files: Readonly<Record<string, string>>, options: object = {}): Promise<ReturnType<typeof createImpressionsReader>> {
  const folder = await folderWith({ 'items.csv': items, ...files });
  return createImpressionsReader(impressionsOptions.parse({ impressions: Object.keys(files)[0], items: 'items.csv', ...options }), folder);
}

describe('the reader of impressions', () => {
  it('reads what an export writes, to the same content', async () => {
    const store = await storeOf(createGeneratedNewsReader(newsOptions.parse({ users: 40 })));
    const exported = await exportImpressions(store, await temporaryFolder());
    expect(Object.keys(exported.readerOptions.columns)).toEqual(expect.arrayContaining(['heldOut', 'probabilities']));
    const again = await storeOf(createImpressionsReader(impressionsOptions.parse(exported.readerOptions), '/'));
    expect(again.summary.fingerprint).toBe(store.summary.fingerprint);
    expect(await again.ceiling()).toEqual(await store.ceiling());
  });

  it('reads lists of JSON lines, and lists with spaces of CSV', async () => {
    expect(await impressionsOfStore(await storeOf(await readerOf({ 'x.jsonl': asLines })))).toEqual(expected);
    const csv = 'who,history,shown,clicks\nu,,a b,0 1\nu,b,c a,1 0\n';
    expect(await impressionsOfStore(await storeOf(await readerOf({ 'x.csv': csv }, { columns: { user: 'who', candidates: 'shown' } })))).toEqual(expected);
  });

  it("orders a user's impressions by time", async () => {
    const backwards = asLines.trim().split('\n').reverse().join('\n');
    expect(await impressionsOfStore(await storeOf(await readerOf({ 'x.jsonl': backwards }, { columns: { time: 'when' } })))).toEqual(expected);
  });

  it.each([
    ['{"user":"","history":[],"candidates":["a"],"clicks":[1]}', /x\.jsonl:1: the user is missing/],
    [`${asLines}{"user":"u","history":[],"candidates":[],"clicks":[]}`, /x\.jsonl:3: nothing was shown/],
    ['{"user":"u","history":[],"candidates":["a","b"],"clicks":[1]}', /x\.jsonl:1: there are 1 entries for 2 candidates/],
    ['{"user":"u","history":[],"candidates":["a","b"],"clicks":[1,2]}', /x\.jsonl:1: an entry is neither 0 nor 1/],
    ['{"user":"u","history":["z"],"candidates":["a","b"],"clicks":[1,0]}', /item 'z' is not in the catalogue/],
    ['{"user":"u","history":[],"shown":["a"],"clicks":[1]}', /no column 'candidates'/],
  ])('refuses %s', async (lines, message) => {
    const error = await errorOf(storeOf(await readerOf({ 'x.jsonl': lines })));
    expect(error.code).toBe('DATA_MALFORMED');
    expect(formatError(error)).toMatch(message);
  });

  it('has a fingerprint of its files and options', async () => {
    const folder = await folderWith({ 'items.csv': items, 'x.jsonl': asLines, 'y.jsonl': asLines.replace('[0,1]', '[1,0]') });
    const of = (options: object) => createImpressionsReader(impressionsOptions.parse({ impressions: 'x.jsonl', items: 'items.csv', ...options }), folder).fingerprint();
    const whole = await of({});
    expect(await of({ impressions: join(folder, 'x.jsonl') })).toBe(whole);
    expect(await of({ impressions: 'y.jsonl' })).not.toBe(whole);
    expect(await of({ columns: { time: 'when' } })).not.toBe(whole);
  });
});
