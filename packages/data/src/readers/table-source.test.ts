import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openDatabase, rowsOf } from '../store/database.js';
import { errorOf, folderWith } from '../testing/fixtures.js';
import { lineOfRecord, openTable, type Delimited, type TableFormat } from './table-source.js';

const commas: Delimited = { delimiter: ',', quotes: true };

async function tableOf(text: string, format: TableFormat, delimited: Delimited = commas, name = `table.${format}`) {
  const folder = await folderWith({ [name]: text });
  const database = await openDatabase(undefined, { memoryLimit: '256MB', spillDirectory: join(folder, 'spill') });
  onTestFinished(() => database.close());
  const table = await openTable(database, join(folder, name), format, delimited);
  return { table, rows: () => rowsOf(database.connection, table.sql) };
}

describe('openTable', () => {
  it('reads a file whose name has the characters of a pattern, and not its neighbours', async () => {
    const folder = await folderWith({ 'a[1].csv': 'id\nright\n', 'a1.csv': 'id\nwrong\n' });
    const database = await openDatabase(undefined, { memoryLimit: '256MB', spillDirectory: join(folder, 'spill') });
    onTestFinished(() => database.close());
    for (const [name, content] of [['a[1].csv', 'right'], ['a1.csv', 'wrong']] as const) {
      const table = await openTable(database, join(folder, name), 'csv', commas);
      expect(await rowsOf(database.connection, table.sql)).toEqual([[content]]);
    }
  });

  it('takes semicolons, and quotes as characters where told so', async () => {
    expect(await (await tableOf('id;text\n1;"a;b"\n', 'csv', { delimiter: ';', quotes: true })).rows()).toEqual([['1', 'a;b']]);
    const plain = await tableOf('id\ttext\n1\t"Wheel" guest, 5" tall\n', 'tsv', { delimiter: ',', quotes: false });
    expect(await plain.rows()).toEqual([['1', '"Wheel" guest, 5" tall']]);
  });

  it('names columns by the header: quoted ones, and by place those without a name', async () => {
    const { table } = await tableOf(',"a ""b"", c", d ,"e"\n0,1,2,3\n', 'csv');
    expect(table.columns).toEqual(['column0', 'a "b", c', 'd', 'e']);
  });

  it('takes the keys of JSON whatever characters they have', async () => {
    const { table, rows } = await tableOf('{"a/b":1,"c~d":true,"e\\"f":"x","g.h":null}\n', 'jsonl');
    expect(table.columns).toEqual(['a/b', 'c~d', 'e"f', 'g.h']);
    expect(await rows()).toEqual([['1', 'true', 'x', null]]);
  });

  it('refuses an empty first line, and columns that capital letters alone tell apart', async () => {
    const empty = await errorOf(tableOf('\nid,text\n1,a\n', 'csv'));
    expect([empty.code, empty.details.line]).toEqual(['DATA_MALFORMED', 1]);
    const twice = await errorOf(tableOf('id,Text,text\n1,a,b\n', 'csv'));
    expect([twice.code, twice.details.line, twice.details.field]).toEqual(['DATA_MALFORMED', 1, 'text']);
  });
});

describe('lineOfRecord', () => {
  it.each<[string, string, TableFormat, readonly number[]]>([
    ['plain lines', 'a,b\n1,2\n3,4\n', 'csv', [2, 3]],
    ['empty lines between', 'a,b\n\n1,2\n\n\n3,4\n', 'csv', [3, 6]],
    ['values of several lines', 'a,b\n1,"x\n\ny"\n"p ""q"" \nr",4\n5,6\n', 'csv', [2, 5, 7]],
    ['quotes within a value, which open nothing', 'a,b\n5" x,2\n3,4" y"\n5,6\n', 'csv', [2, 3, 4]],
    ['CRLF', 'a,b\r\n1,"x\r\ny"\r\n3,4\r\n', 'csv', [2, 4]],
    ['one column, where an empty line is a row', 'a\n1\n\n2\n', 'csv', [2, 3, 4]],
    ['JSON with empty lines', '{"a":1}\n\n{"a":"\\""}\n{"a":3}', 'jsonl', [1, 3, 4]],
  ])('finds lines among %s, in step with the rows that DuckDB reads', async (_, text, format, lines) => {
    const { table, rows } = await tableOf(text, format);
    expect(await rows()).toHaveLength(lines.length);
    for (const [index, line] of lines.entries()) expect(await lineOfRecord(table, index + 1)).toBe(line);
  });

  it('takes quotes for characters where they are', async () => {
    const { table, rows } = await tableOf('a\tb\n"1\t2\n3\t4\n', 'tsv', { delimiter: ',', quotes: false });
    expect(await rows()).toEqual([['"1', '2'], ['3', '4']]);
    expect(await lineOfRecord(table, 2)).toBe(3);
  });
});
