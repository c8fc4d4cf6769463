import { existsSync } from 'node:fs';
import { cp, mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { splitStore } from '../split/split.js';
import { errorOf, impressionsOfStore, storeOf, temporaryFolder } from '../testing/fixtures.js';
import { createMindReader } from './mind.js';
import { mindOptions } from './mind-options.js';

/** Written by hand in MIND's own format: a news without title (N104), news that are in no file (N888, N999), a user's impressions out of order. */
const fixture = fileURLToPath(new URL('./__fixtures__/mind', import.meta.url));

const readerOf = (path: string, options: object = {}) => createMindReader(mindOptions.parse({ path, ...options }), '/');

/** A copy of the fixture with files written anew. */
async function changed(files: Readonly<Record<string, string | Uint8Array>>): Promise<string> {
  const folder = await temporaryFolder();
  await cp(fixture, folder, { recursive: true });
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
  return folder;
}

describe('the MIND reader', () => {
  it('reads news, histories, what was shown and what was clicked, by user and time', async () => {
    const store = await storeOf(readerOf(fixture));
    expect((await store.items()).map(({ id }) => id)).toEqual(['N101', 'N102', 'N103', 'N105', 'N106']);
    expect((await store.items())[0]).toEqual({ id: 'N101', fields: { title: 'Old bridge reopens after "long" repair', abstract: 'The bridge was closed for two winters.', category: 'news', subcategory: 'newslocal' } });
    expect((await impressionsOfStore(store)).map(({ user, history, candidates, clicked }) => ({ user, history, candidates, clicked }))).toEqual([
      { user: 'U7', history: ['N101', 'N102'], candidates: ['N105', 'N103', 'N101'], clicked: ['N101'] },
      { user: 'U7', history: ['N101', 'N102'], candidates: ['N103', 'N105'], clicked: ['N103'] },
      { user: 'U7', history: ['N101', 'N102', 'N103'], candidates: ['N106', 'N105'], clicked: ['N106'] },
      { user: 'U3', history: [], candidates: ['N102', 'N101', 'N105'], clicked: ['N101', 'N105'] },
      { user: 'U9', history: ['N105'], candidates: ['N102'], clicked: [] },
      { user: 'U5', history: ['N106'], candidates: ['N101', 'N102'], clicked: ['N102'] },
    ]);
    expect(store.summary).toMatchObject({ task: 'recommendation', users: 4, items: 5, impressions: 6, candidates: 13, interactions: 6 });
  });

  it('counts what it leaves out for want of a text', async () => {
    const leftOut = {
      'news without title': 1,
      'clicks of histories whose news is missing or has no text': 2,
      'clicked candidates whose news is missing or has no text': 2,
      'other candidates whose news is missing or has no text': 1,
      'impressions of which no candidate is left': 1,
    };
    const store = await storeOf(readerOf(fixture));
    expect(store.summary.leftOut).toEqual(leftOut);
    const other = await storeOf(readerOf(fixture, { requiredFields: ['title', 'abstract'] }));
    expect((await other.items()).map(({ id }) => id)).toContain('N104');
    expect(other.summary.leftOut).toEqual({ 'clicks of histories whose news is missing or has no text': 1, 'other candidates whose news is missing or has no text': 1 });
  });

  it('holds out for the test what the folder of the test has', async () => {
    const store = await storeOf(readerOf(fixture));
    const split = await splitStore(store, { seed: 1, validationFraction: 0 });
    expect(split.testSource).toBe('dataset');
    expect([[...split.trainEnds], [...split.historyLengths]]).toEqual([[2, 1, 1, 0], [3, 1, 1, 1]]);
  });

  it('reads one folder alone, folders as they are unpacked, and bodies from a file of their own', async () => {
    const alone = await storeOf(readerOf(join(fixture, 'train')));
    expect(alone.summary).toMatchObject({ users: 3, items: 4, impressions: 4 });
    expect((await alone.users()).heldOutEvents).toBeUndefined();
    const folder = await temporaryFolder();
    await cp(join(fixture, 'train'), join(folder, 'MINDsmall_train'), { recursive: true });
    await cp(join(fixture, 'validation'), join(folder, 'MINDsmall_dev'), { recursive: true });
    await writeFile(join(folder, 'bodies.tsv'), 'N103\tCut the leeks.  \n\nN104\tProfits rose.\n');
    const named = { train: 'MINDsmall_train', test: 'MINDsmall_dev' };
    expect((await storeOf(readerOf(folder, named))).summary.fingerprint).toBe((await storeOf(readerOf(fixture))).summary.fingerprint);
    const items = await (await storeOf(readerOf(folder, { ...named, bodies: 'bodies.tsv', requiredFields: ['title', 'body'] }))).items();
    expect(items.map(({ fields }) => fields['body'])).toEqual([undefined, undefined, 'Cut the leeks.', 'Profits rose.', undefined, undefined]);
  });

  it('takes CRLF, empty lines and a byte order mark, and news of five columns', async () => {
    const folder = await changed({
      'train/behaviors.tsv': '\uFEFF1\tU7\t11/13/2019 8:36:57 AM\tN101 N102 \tN103-1 N105-0 \r\n\r\n',
      'train/news.tsv': 'N101\tnews\tnewslocal\tOld bridge\tClosed.\r\nN102\tsports\tfootball_nfl\tHome side\t\r\nN103\tfood\trecipes\tSoups\tLeeks\r\nN105\tweather\tstorm\tStorm\t\r\n',
    });
    const store = await storeOf(readerOf(join(folder, 'train')));
    expect((await impressionsOfStore(store)).map(({ history, candidates, clicked }) => [history, candidates, clicked])).toEqual([[['N101', 'N102'], ['N103', 'N105'], ['N103']]]);
    expect((await store.items())[3]!.fields).toEqual({ title: 'Storm', abstract: '', category: 'weather', subcategory: 'storm' });
  });

  it('has a fingerprint of its files and of what a news needs', async () => {
    const fingerprint = await readerOf(fixture).fingerprint();
    expect(await readerOf(await changed({})).fingerprint()).toBe(fingerprint);
    expect(await readerOf(await changed({ 'validation/behaviors.tsv': '1\tU7\t11/15/2019 6:02:11 AM\t\tN106-1\n' })).fingerprint()).not.toBe(fingerprint);
    expect(await readerOf(fixture, { requiredFields: ['abstract'] }).fingerprint()).not.toBe(fingerprint);
    expect(await readerOf(join(fixture, 'train')).fingerprint()).not.toBe(fingerprint);
  });

  const good = '1\tU7\t11/13/2019 8:36:57 AM\tN101\tN103-1 N105-0\n';
  it.each<[string, string | Uint8Array, number, RegExp]>([
    ['a column too few', `${good}2\tU7\t11/13/2019 8:36:57 AM\tN103-1\n`, 2, /has 4 columns, expected 5/],
    ['a column too many', `${good}2\tU7\t11/13/2019 8:36:57 AM\tN101\tN103-1\tx\n`, 2, /has 6 columns, expected 5/],
    ['an impression without a user', '1\t \t11/13/2019 8:36:57 AM\tN101\tN103-1\n', 1, /the user is missing/],
    ['an impression that shows nothing', `${good}${good}3\tU7\t11/13/2019 8:36:57 AM\tN101\t\n`, 3, /shows no news/],
    ['a candidate of the test set', `${good}2\tU7\t11/13/2019 8:36:57 AM\tN101\tN103 N105\n`, 2, /candidate 'N103' does not end in -0 or -1/],
    ['a click of 2', '1\tU7\t11/13/2019 8:36:57 AM\tN101\tN103-2\n', 1, /candidate 'N103-2'/],
    ['a time of another format', '1\tU7\t2019-11-13 08:36:57\tN101\tN103-1\n', 1, /time is '2019-11-13 08:36:57', expected one such as 11\/15\/2019/],
    ['a day that does not exist', '1\tU7\t11/31/2019 8:36:57 AM\tN101\tN103-1\n', 1, /time is '11\/31\/2019/],
    ['a day before the month', '1\tU7\t13/11/2019 8:36:57 AM\tN101\tN103-1\n', 1, /time is '13\/11\/2019/],
    ['an hour of 24', '1\tU7\t11/13/2019 20:36:57 PM\tN101\tN103-1\n', 1, /time is '11\/13\/2019 20/],
    ['bytes that are not UTF-8', Buffer.concat([Buffer.from(good), Buffer.from([0x31, 0x09, 0xff, 0x0a])]), 2, /not UTF-8/],
  ])('refuses %s in behaviors.tsv, with file and line', async (_, content, line, message) => {
    const error = await errorOf(storeOf(readerOf(await changed({ 'train/behaviors.tsv': content }))));
    expect([error.code, error.details.line]).toEqual(['DATA_MALFORMED', line]);
    expect(error.message).toMatch(message);
    expect(error.details.file).toMatch(/train.behaviors\.tsv$/);
    expect(error.details.fix).toBeTruthy();
  });

  it.each<[string, string, number, RegExp]>([
    ['a column too few', 'N101\tnews\tnewslocal\tOld bridge\n', 1, /has 4 columns, expected 8/],
    ['a column too many', 'N101\tnews\tnewslocal\tOld\tbridge\tu\t[]\t[]\t[]\n', 1, /has 9 columns/],
    ['a news twice', 'N101\tnews\tx\tOld\t\nN102\tnews\tx\tNew\t\nN101\tnews\tx\tOld\t\n', 3, /'N101' is there twice/],
    ['a news without id', '\tnews\tx\tOld\t\n', 1, /id is missing/],
    ['an id of two words', 'N 1\tnews\tx\tOld\t\n', 1, /'N 1' has a space/],
  ])('refuses %s in news.tsv, with file and line', async (_, content, line, message) => {
    const error = await errorOf(storeOf(readerOf(await changed({ 'train/news.tsv': content }))));
    expect([error.code, error.details.line]).toEqual(['DATA_MALFORMED', line]);
    expect(error.message).toMatch(message);
    expect(error.details.file).toMatch(/train.news\.tsv$/);
  });

  it('refuses bodies without a tab or twice, with file and line', async () => {
    for (const [content, message] of [['N101\tA\nbody\n', /no tab/], ['N101\tA\nN101\tB\n', /'N101' is there twice/]] as const) {
      const error = await errorOf(storeOf(readerOf(await changed({ 'bodies.tsv': content }), { bodies: 'bodies.tsv' })));
      expect([error.code, error.details.line]).toEqual(['DATA_MALFORMED', 2]);
      expect(error.message).toMatch(message);
    }
  });

  it('refuses empty files, missing ones, and a set of which no text is left', async () => {
    expect((await errorOf(storeOf(readerOf(await changed({ 'train/behaviors.tsv': '\n' }))))).code).toBe('DATA_EMPTY');
    expect((await errorOf(storeOf(readerOf(await changed({ 'validation/news.tsv': '' }))))).code).toBe('DATA_EMPTY');
    const missing = await errorOf(storeOf(readerOf(fixture, { test: 'MINDsmall_dev' })));
    expect([missing.code, missing.details.file]).toEqual(['DATA_MISSING', join(fixture, 'MINDsmall_dev', 'news.tsv')]);
    const folder = await temporaryFolder();
    await mkdir(join(folder, 'train'));
    await writeFile(join(folder, 'train', 'news.tsv'), 'N1\tnews\tx\tOld\t\n');
    await writeFile(join(folder, 'train', 'behaviors.tsv'), '1\tU7\t11/13/2019 8:36:57 AM\t\tN2-1\n');
    const empty = await errorOf(storeOf(readerOf(folder)));
    expect(empty.code).toBe('DATA_EMPTY');
    expect(empty.message).toMatch(/left out: 1 clicked candidates whose news is missing or has no text, 1 impressions of which no candidate is left/);
  });
});

const shared = resolve(fileURLToPath(import.meta.url), '../../../../../../shared/data/mind-rows');

describe.skipIf(!existsSync(shared))(`original rows (skipped where ${shared} is absent)`, () => {
  it('are read, most of their news counted as missing', async () => {
    const { summary } = await storeOf(readerOf(shared));
    expect(summary.items).toBe(200);
    const { impressions = 0, candidates = 0, leftOut = {} } = summary;
    expect(impressions + leftOut['impressions of which no candidate is left']!).toBe(300);
    expect(candidates).toBeGreaterThan(0);
  });
});
