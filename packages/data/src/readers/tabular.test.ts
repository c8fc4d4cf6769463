import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeFile } from 'node:fs/promises';
import { DuckDBInstance } from '@duckdb/node-api';
import { describe, expect, it } from 'vitest';
import { hash32 } from '../split/hash.js';
import { errorOf, folderWith, rowsOfStore, storeOf } from '../testing/fixtures.js';
import { importDataset } from '../store/import-dataset.js';
import { createTabularReader, tabularOptions } from './tabular.js';

const itemsCsv = 'id,text\na,"first, quoted"\nb,second\n';
const itemsJsonl = '{"id":"a","text":"first, quoted"}\n{"id":"b","text":"second"}\n';
const expected = [['u', 'a', 1], ['u', 'b', 0], ['v', 'a', 0]];

async function readerIn(files: Readonly<Record<string, string | Uint8Array>>, options: object = {}) {
  const folder = await folderWith({ 'items.csv': itemsCsv, 'items.jsonl': itemsJsonl, ...files });
  return createTabularReader(tabularOptions.parse({ interactions: 'log.csv', items: 'items.csv', ...options }), folder);
}

describe('the tabular reader', () => {
  it.each<[string, string, string, object]>([
    ['CSV', 'log.csv', 'user,item,response\nu,a,1\nu,b,0\nv,a,0\n', {}],
    ['CSV with other columns between, quotes, CRLF', 'log.csv', 'x,response,user,item\r\n9,true,"u",a\r\n9,false,u,"b"\r\n9,0,v,a\r\n', {}],
    ['TSV', 'log.tsv', 'user\titem\tresponse\nu\ta\t1\nu\tb\t0\nv\ta\t0\n', { interactions: 'log.tsv' }],
    ['JSONL', 'log.jsonl', '{"user":"u","item":"a","response":true}\n{"user":"u","item":"b","response":0}\n{"response":false,"item":"a","user":"v"}\n', { interactions: 'log.jsonl' }],
    ['CSV of another ending', 'log.txt', 'user,item,response\nu,a,1\nu,b,0\nv,a,0\n', { interactions: 'log.txt', interactionsFormat: 'csv' }],
    ['decimal responses', 'log.csv', 'user,item,response\nu,a,1.0\nu,b,0.0\nv,a,FALSE\n', {}],
    ['CSV of semicolons', 'log.csv', 'user;item;response\nu;a;1\nu;b;0\nv;a;0\n', { delimiter: ';', items: 'items.jsonl' }],
    ['columns of other names', 'log.csv', 'who,"what, then",right\nu,a,1\nu,b,0\nv,a,0\n', { columns: { user: 'who', item: 'what, then', response: 'right' } }],
  ])('reads %s', async (_, name, text, options) => {
    const store = await storeOf(await readerIn({ [name]: text }, options));
    expect(await rowsOfStore(store)).toEqual(expected);
    expect(await store.items()).toEqual([{ id: 'a', fields: { text: 'first, quoted' } }, { id: 'b', fields: { text: 'second' } }]);
  });

  it('reads Parquet, whatever the types of its columns', async () => {
    const folder = await folderWith({ 'items.csv': 'id,text\n1,one\n2,two\n' });
    const database = await DuckDBInstance.create(':memory:');
    const connection = await database.connect();
    await connection.run(`COPY (SELECT * FROM (VALUES (7, 1, true), (7, 2, false), (8, 1, false)) t("user", item, response)) TO '${join(folder, 'log.parquet')}' (FORMAT parquet)`);
    database.closeSync();
    const store = await storeOf(createTabularReader(tabularOptions.parse({ interactions: 'log.parquet', items: 'items.csv' }), folder));
    expect(await rowsOfStore(store)).toEqual([['7', '1', 1], ['7', '2', 0], ['8', '1', 0]]);
  });

  it('names the fields of an item', async () => {
    const store = await storeOf(await readerIn({ 'log.csv': 'user,item,response\nu,a,1\n', 'news.jsonl': '{"nid":"a","headline":"H","body":"B"}\n{"nid":"b","headline":"H2"}\n' },
      { items: 'news.jsonl', id: 'nid', fields: { title: 'headline', abstract: 'body' } }));
    expect(await store.items()).toEqual([{ id: 'a', fields: { title: 'H', abstract: 'B' } }, { id: 'b', fields: { title: 'H2', abstract: '' } }]);
  });

  it('orders by numbers or dates within a user, ties as in the file, users by first appearance', async () => {
    const numbers = 'user,item,response,t\nv,b,0,9\nu,b,0,2.5\nu,a,1,10\nv,a,1,3\nu,a,0,2.5\n';
    const dates = 'user,item,response,t\nv,b,0,2026-01-02\nu,b,0,2026-01-01 10:00:00\nu,a,1,2026-01-03\nv,a,1,2026-01-01\nu,a,0,2026-01-01 10:00:00\n';
    for (const text of [numbers, dates]) {
      const store = await storeOf(await readerIn({ 'log.csv': text }, { columns: { time: 't' } }));
      expect(await rowsOfStore(store)).toEqual([['v', 'a', 1], ['v', 'b', 0], ['u', 'b', 0], ['u', 'a', 0], ['u', 'a', 1]]);
    }
  });

  it('orders many rows of many users as a stable sort does', async () => {
    const rows = Array.from({ length: 9000 }, (_, row) => ({ user: `u${hash32(1, row) % 97}`, item: hash32(2, row) % 2 === 0 ? 'a' : 'b', response: hash32(3, row) % 2, time: hash32(4, row) % 50 }));
    const store = await storeOf(await readerIn({ 'log.csv': ['user,item,response,t', ...rows.map(({ user, item, response, time }) => `${user},${item},${response},${time}`), ''].join('\n') }, { columns: { time: 't' } }));
    const users = [...new Set(rows.map(({ user }) => user))];
    const sorted = users.flatMap((user) => rows.filter((row) => row.user === user).sort((one, other) => one.time - other.time));
    expect(await rowsOfStore(store)).toEqual(sorted.map(({ user, item, response }) => [user, item, response]));
  });

  it('groups users that do not stand together, without a time', async () => {
    const store = await storeOf(await readerIn({ 'log.csv': 'user,item,response\nv,b,0\nu,b,0\nu,a,1\nv,a,1\n' }));
    expect(await rowsOfStore(store)).toEqual([['v', 'b', 0], ['v', 'a', 1], ['u', 'b', 0], ['u', 'a', 1]]);
  });

  it("takes the data set's own split", async () => {
    const store = await storeOf(await readerIn({ 'log.csv': 'user,item,response,fold\nu,a,1,0\nv,a,1,true\n' }, { columns: { heldOut: 'fold' } }));
    expect([...(await store.users()).heldOut!]).toEqual([0, 1]);
  });

  it('has a fingerprint of contents and of what is read from them, not of paths', async () => {
    const log = 'user,item,response,other\nu,a,1,0\n';
    const first = await (await readerIn({ 'log.csv': log })).fingerprint();
    expect(await (await readerIn({ 'log.csv': log })).fingerprint()).toBe(first);
    expect(await (await readerIn({ 'log.csv': log }, { columns: { response: 'other' } })).fingerprint()).not.toBe(first);
    expect(await (await readerIn({ 'log.csv': `${log}u,b,1,0\n` })).fingerprint()).not.toBe(first);
  });

  it('reads rows that hold several interactions, of which a space is any white space', async () => {
    const goodreads = await readerIn({ 'log.tsv': '0\tb a  b\n1\t\n2\ta \n' }, { task: 'recommendation', interactions: 'log.tsv', interactionsHeader: false, columns: { user: 'column0', item: 'column1' }, itemSeparator: ' ' });
    const store = await storeOf(goodreads);
    expect(await rowsOfStore(store)).toEqual([['0', 'b', 1], ['0', 'a', 1], ['0', 'b', 1], ['2', 'a', 1]]);
    expect([goodreads.task, store.summary.task]).toEqual(['recommendation', 'recommendation']);
  });

  it('splits responses, times and probabilities as the items, sorts by them, and leaves padding out', async () => {
    const store = await storeOf(await readerIn({ 'log.csv': 'user,item,response,t,p\nu,"a, b,-1","1,0,-1","20,10,-1",".5,.25,-1"\nv,b,1,7,.75\nu,b,1,15,.125\n' },
      { itemSeparator: ',', paddingItem: '-1', columns: { time: 't', probability: 'p' } }));
    const result = await store.connection.runAndReadAll('SELECT users.id, items.id, response, "time", probability FROM interactions JOIN users USING ("user") JOIN items ON items."row" = item ORDER BY interactions.rowid');
    expect(result.getRowsJson()).toEqual([['u', 'b', 0, 10, 0.25], ['u', 'b', 1, 15, 0.125], ['u', 'a', 1, 20, 0.5], ['v', 'b', 1, 7, 0.75]]);
  });

  it('reads many files, each of one user whose id is its name', async () => {
    const header = 'time,item,response\n';
    const files = { 'u2.csv': `${header}2,a,1\n1,b,0\n`, 'u10.csv': `${header}5,a,0\n`, 'other.txt': 'not read' };
    const options = { interactions: 'logs/u*.csv', userFromFileName: true, columns: { time: 'time' } };
    const inFolder = Object.fromEntries(Object.entries(files).map(([name, text]) => [`logs/${name}`, text]));
    const store = await storeOf(await readerIn(inFolder, options));
    expect(await rowsOfStore(store)).toEqual([['u10', 'a', 0], ['u2', 'b', 0], ['u2', 'a', 1]]);
    // A file with its columns in another order is read by itself.
    const unlike = await storeOf(await readerIn({ ...inFolder, 'logs/u11.csv': 'item,response,time\nb,1,4\n', 'logs/u12.csv': `${header}6,b,0\n` }, options));
    expect(await rowsOfStore(unlike)).toEqual([['u10', 'a', 0], ['u11', 'b', 1], ['u12', 'b', 0], ['u2', 'b', 0], ['u2', 'a', 1]]);
    expect((await errorOf(storeOf(await readerIn({ ...inFolder, 'logs/u3.csv': '' }, options)))).details.file).toMatch(/u3\.csv$/);
    const short = await errorOf(storeOf(await readerIn({ ...inFolder, 'logs/u3.csv': `${header}1,a,1\n2,a\n` }, options)));
    expect([short.code, short.details.file!.endsWith('u3.csv'), short.details.line]).toEqual(['DATA_MALFORMED', true, 3]);
    const print = async (more: object, text = files['u2.csv']) => (await readerIn({ ...inFolder, 'logs/u2.csv': text }, { ...options, ...more })).fingerprint();
    expect(await print({})).toBe(await print({}));
    expect(await print({}, `${header}2,a,0\n`)).not.toBe(await print({}));
    expect((await errorOf(storeOf(await readerIn(inFolder, { ...options, interactions: 'logs/w*.csv' })))).code).toBe('DATA_MISSING');
    const broken = await errorOf(storeOf(await readerIn({ ...inFolder, 'logs/u3.csv': `${header}1,a,7\n` }, options)));
    expect([broken.details.file!.endsWith('u3.csv'), broken.details.line]).toEqual([true, 2]);
  });

  it('groups a user whose interactions stand in several files, by time', async () => {
    const store = await storeOf(await readerIn({ 'one.csv': 'user,item,response,t\nu,a,1,9\nv,a,1,1\n', 'two.jsonl': '{"user":"u","item":"b","response":0,"t":3}\n' }, { interactions: ['one.csv', 'two.jsonl'], columns: { time: 't' } }));
    expect(await rowsOfStore(store)).toEqual([['u', 'b', 0], ['u', 'a', 1], ['v', 'a', 1]]);
  });

  it('takes the values that are named for correct, and answers that are those of the items', async () => {
    const verdicts = await storeOf(await readerIn({ 'log.csv': 'user,item,response\nu,a,Accepted\nu,b,Wrong Answer\nu,a,Time Limit Exceeded\n' }, { correctValues: ['Accepted'] }));
    expect(await rowsOfStore(verdicts)).toEqual([['u', 'a', 1], ['u', 'b', 0], ['u', 'a', 0]]);
    const answers = { 'log.csv': 'user,item,answer\nu,a,c\nu,b,c\n', 'key.csv': 'id,text,right\na,x,c\nb,y,d\n' };
    const options = { items: 'key.csv', columns: { response: 'answer' }, correctAnswer: 'right' };
    expect(await rowsOfStore(await storeOf(await readerIn(answers, options)))).toEqual([['u', 'a', 1], ['u', 'b', 0]]);
    const without = await errorOf(storeOf(await readerIn({ ...answers, 'key.csv': 'id,text,right\na,x,c\nb,y,\n' }, options)));
    expect([without.message, without.details.line, without.details.field]).toEqual(["item 'b' has no right answer", 3, 'right']);
  });

  it('leaves out and counts what it is told to: unknown items, missing responses, rows that are no clicks', async () => {
    const reader = await readerIn({ 'log.csv': 'user,item,response\nu,a,1\nu,nowhere,1\nu,b,\nu,b,0\nu,gone,0\n' }, { unknownItems: 'drop', missingResponses: 'drop', columns: { response: 'response' }, task: 'recommendation' });
    const store = await storeOf(reader);
    expect(await rowsOfStore(store)).toEqual([['u', 'a', 1]]);
    const counts = { 'interactions whose item is not among the items': 2, 'interactions without a response': 1, 'interactions that are no clicks': 1 };
    expect(reader.leftOut!()).toEqual(counts);
    expect(await importDataset(reader, `${store.file}.again`)).toMatchObject({ interactions: 1, leftOut: counts });
  });

  it('reads items of one JSON object, lists as their parts', async () => {
    const items = { 7: { content: 'How many?', kc_routes: ['numbers', 'sums', 'numbers'], type: 0 }, 8: { content: '', kc_routes: ['shapes'], type: null } };
    const options = { items: 'questions.json', fields: { text: 'content', skills: 'kc_routes', type: 'type' } };
    const store = await storeOf(await readerIn({ 'log.csv': 'user,item,response\nu,7,1\n', 'questions.json': JSON.stringify(items) }, options));
    expect(await store.items()).toEqual([{ id: '7', fields: { text: 'How many?', skills: 'numbers sums', type: '0' } }, { id: '8', fields: { text: '', skills: 'shapes', type: '' } }]);
    for (const [text, message] of [['{"7": ', /no JSON/], ['[]', /one JSON object/], ['{"7": 3}', /item '7' is no JSON object/], ['{"7": {"content": "x"}}', /item '7' has no 'kc_routes'/], ['{"7": {"content": " ", "kc_routes": [], "type": null}}', /item '7' has no text/]] as const) {
      const error = await errorOf(storeOf(await readerIn({ 'log.csv': 'user,item,response\nu,7,1\n', 'questions.json': text }, options)));
      expect([error.code, error.details.file!.endsWith('questions.json')]).toEqual(['DATA_MALFORMED', true]);
      expect(error.message).toMatch(message);
    }
    expect((await errorOf(storeOf(await readerIn({ 'log.csv': 'user,item,response\nu,7,1\n', 'questions.json': '{}' }, options)))).code).toBe('DATA_EMPTY');
  });

  it('refuses options that contradict each other', () => {
    const problemsOf = (options: object) => tabularOptions.safeParse({ interactions: 'log.csv', items: 'items.csv', ...options }).error?.issues.map(({ path }) => path.join('.'));
    expect(problemsOf({ correctValues: ['x'], correctAnswer: 'right' })).toEqual(['correctValues']);
    expect(problemsOf({ task: 'recommendation', correctValues: ['x'] })).toEqual(['columns.response']);
    expect(problemsOf({ task: 'recommendation' })).toBeUndefined();
  });

  it.each<[string, string, string | Uint8Array, object, number | undefined, RegExp]>([
    ['lists of unlike lengths', 'log.csv', 'user,item,response\nu,"a,b","1,0"\nu,"a,b",1\n', { itemSeparator: ',' }, 3, /lists of the row have unlike lengths: 2, 1/],
    ['a gap in a list', 'log.csv', 'user,item,response\nu,"a,,b","1,0,1"\n', { itemSeparator: ',' }, 2, /item is missing/],
    ['a wrong response of a row without header', 'log.csv', 'u,a,1\nu,b,5\n', { interactionsHeader: false, columns: { user: 'column0', item: 'column1', response: 'column2' } }, 2, /response is '5'/],
    ['a blank response among values', 'log.csv', 'user,item,response\nu,a, \n', { correctValues: ['Accepted'] }, 2, /response is missing/],
    ['a response of 2', 'log.csv', 'user,item,response\nu,a,1\n\nu,"a",2\n', {}, 4, /response is '2', expected 0, 1, true or false/],
    ['a response after a text of several lines', 'log.csv', 'user,item,response,note\nu,a,1,"two\nlines"\nu,a,maybe,x\n', {}, 4, /response is 'maybe'/],
    ['a missing response', 'log.csv', 'user,item,response\nu,a,\n', {}, 2, /response is missing/],
    ['a missing user', 'log.csv', 'user,item,response\nu,a,1\n,a,1\n', {}, 3, /user is missing/],
    ['a row that is too short', 'log.csv', 'user,item,response\nu,a,1\nu,b\n', {}, 3, /Expected Number of Columns: 3 Found: 2/],
    ['a row that is too long', 'log.csv', 'user,item,response\nu,a,1,1\n', {}, 2, /Expected Number of Columns: 3 Found: 4/],
    ['a quote that does not end', 'log.csv', 'user,item,response\nu,"a,1\nu,b,1\n', {}, 2, /quote/i],
    ['bytes that are not UTF-8', 'log.csv', Buffer.concat([Buffer.from('user,item,response\nu,'), Buffer.from([0xff]), Buffer.from(',1\n')]), {}, 2, /utf-8/i],
    ['a column twice', 'log.csv', 'user,user,item,response\nu,u,a,1\n', {}, 1, /column 'user' is there twice/],
    ['an item that is not listed', 'log.csv', 'user,item,response\nu,a,1\nu,c,1\n', {}, 3, /item 'c' is not in .*items\.csv/],
    ['a blank user', 'log.csv', 'user,item,response\nu,a,1\n" ",a,1\n', {}, 3, /user is missing/],
    ['line ends of two kinds', 'log.csv', 'user,item,response\nu,a,1\r\nu,b,0\n', {}, undefined, /not RFC 4180 compliant|invalid state/],
    ['a time that is no finite number', 'log.csv', 'user,item,response,t\nu,a,1,1\nu,a,1,nan\n', { columns: { time: 't' } }, 3, /time is no number and no date/],
    ['a time that is none', 'log.csv', 'user,item,response,t\nu,a,1,1\nu,a,1,soon\n', { columns: { time: 't' } }, 3, /time is no number and no date/],
    ['JSON that ends within a line', 'log.jsonl', '{"user":"u","item":"a","response":1}\n{"user":"u","item":\n', { interactions: 'log.jsonl' }, 2, /no JSON object/],
    ['an array among JSON lines', 'log.jsonl', '\n{"user":"u","item":"a","response":1}\n[1]\n', { interactions: 'log.jsonl' }, 3, /no JSON object/],
    ['JSON that is not UTF-8', 'log.jsonl', Buffer.concat([Buffer.from('{"user":"u","item":"a","response":1}\n{"user":"'), Buffer.from([0xff]), Buffer.from('"}\n')]), { interactions: 'log.jsonl' }, 2, /utf-8/i],
    ['a wrong response in JSON', 'log.jsonl', '{"user":"u","item":"a","response":1}\n\n{"user":"u","item":"a","response":"yes"}\n', { interactions: 'log.jsonl' }, 3, /response is 'yes'/],
  ])('refuses %s with file and line', async (_, name, text, options, line, message) => {
    const error = await errorOf(storeOf(await readerIn({ [name]: text }, options)));
    expect(error.code).toBe('DATA_MALFORMED');
    expect(error.message).toMatch(message);
    expect([error.details.file!.endsWith(name), error.details.line]).toEqual([true, line]);
    expect(error.details.fix).toBeTruthy();
  });

  it.each<[string, string, number, string, RegExp]>([
    ['twice', 'id,text\na,x\nb,y\na,z\n', 4, 'id', /item 'a' is there twice/],
    ['without text', 'id,text\na,x\nb,\n', 3, 'text', /item 'b' has no text/],
    ['with a blank text', 'id,text\na,"  "\n', 2, 'text', /item 'a' has no text/],
  ])('refuses an item %s', async (_, text, line, field, message) => {
    const error = await errorOf(storeOf(await readerIn({ 'log.csv': 'user,item,response\nu,a,1\n', 'items.csv': text })));
    expect([error.code, error.details.line, error.details.field]).toEqual(['DATA_MALFORMED', line, field]);
    expect(error.message).toMatch(message);
    expect(error.details.file).toMatch(/items\.csv$/);
  });

  it('names the row of a Parquet file, which has no lines', async () => {
    const folder = await folderWith({ 'items.csv': itemsCsv });
    const database = await DuckDBInstance.create(':memory:');
    const connection = await database.connect();
    await connection.run(`COPY (SELECT * FROM (VALUES ('u', 'a', 1.0), ('u', 'b', 0.5)) t("user", item, response)) TO '${join(folder, 'log.parquet')}' (FORMAT parquet)`);
    database.closeSync();
    const error = await errorOf(storeOf(createTabularReader(tabularOptions.parse({ interactions: 'log.parquet', items: 'items.csv' }), folder)));
    expect([error.code, error.message, error.details.line]).toEqual(['DATA_MALFORMED', "row 2: the response is '0.5', expected 0, 1, true or false", undefined]);
  });

  it('names the nearest column where one is missing', async () => {
    const error = await errorOf(storeOf(await readerIn({ 'log.csv': 'user,itme,response\nu,a,1\n' })));
    expect(error.message).toBe("there is no column 'item'; the nearest is 'itme'");
    expect([error.details.field, error.details.alternatives]).toEqual(['columns.item', ['user', 'itme', 'response']]);
  });

  it.each([
    ['columns.user', { columns: { user: 'who' } }, ['user', 'item', 'response']],
    ['columns.heldOut', { columns: { heldOut: 'fold' } }, ['user', 'item', 'response']],
    ['id', { id: 'key' }, ['id', 'text']],
    ['fields.stem', { fields: { stem: 'question' } }, ['id', 'text']],
    ['correctAnswer', { correctAnswer: 'right' }, ['id', 'text']],
  ])('names the option %s whose column is not there, and the columns that are', async (field, options, alternatives) => {
    const error = await errorOf(storeOf(await readerIn({ 'log.csv': 'user,item,response\nu,a,1\n' }, options)));
    expect([error.code, error.details.field, error.details.alternatives]).toEqual(['DATA_MALFORMED', field, alternatives]);
  });

  it('refuses an item without id, empty files, missing files, unknown endings', async () => {
    const log = 'user,item,response\nu,a,1\n';
    const noId = await errorOf(storeOf(await readerIn({ 'log.csv': log, 'items.csv': 'id,text\na,"two\nlines"\n,x\n' })));
    expect([noId.code, noId.details.line]).toEqual(['DATA_MALFORMED', 4]);
    expect((await errorOf(storeOf(await readerIn({ 'log.csv': '' })))).code).toBe('DATA_EMPTY');
    expect((await errorOf(storeOf(await readerIn({ 'log.csv': 'user,item,response\n' })))).code).toBe('DATA_EMPTY');
    expect((await errorOf(storeOf(await readerIn({})))).code).toBe('DATA_MISSING');
    expect((await errorOf(storeOf(await readerIn({ 'log.dat': log }, { interactions: 'log.dat' })))).details.field).toBe('format');
    const folder = await folderWith({ 'items.csv': itemsCsv });
    await writeFile(join(folder, 'log.parquet'), 'this is no Parquet file');
    expect((await errorOf(storeOf(createTabularReader(tabularOptions.parse({ interactions: 'log.parquet', items: 'items.csv' }), folder)))).code).toBe('DATA_MALFORMED');
  });
});

const goodreads = resolve(fileURLToPath(import.meta.url), '../../../../../../shared/data/goodreads');

describe.skipIf(!existsSync(goodreads))(`Goodreads (skipped where ${goodreads} is absent)`, () => {
  it('has the users and training samples of the PyTorch peer', async () => {
    const options = { task: 'recommendation', interactions: 'histories.tsv', interactionsHeader: false, itemSeparator: ' ', columns: { user: 'column0', item: 'column1' }, items: 'books.tsv', id: 'bid', fields: { title: 'title' }, quotes: false, unknownItems: 'drop' };
    const store = await storeOf(createTabularReader(tabularOptions.parse(options), goodreads));
    const { historyLengths } = await store.users();
    // A user with n books gives n - 2 samples: the first has no history, the last is held out.
    expect(historyLengths.reduce((samples, length) => samples + Math.max(0, length - 2), 0)).toBe(112_324);
    expect(store.summary).toMatchObject({ users: 22_195, items: 16_833, interactions: 156_714 });
  });
});
