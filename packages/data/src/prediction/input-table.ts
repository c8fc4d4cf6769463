import { access } from 'node:fs/promises';
import { GramkitError } from '@gramkit/spec';
import { missingFile } from '../readers/numbered-lines.js';
import { assertColumns, formatByEnding, openTable, tableFormats, type Delimited, type TableFormat, type TableSource } from '../readers/table-source.js';
import type { Database } from '../store/database.js';

/**
 * The format of a file that is given as an argument: no configuration says anything of it.
 * @throws GramkitError USAGE for an ending that tells none, DATA_MISSING
 */
export async function inputFormat(file: string): Promise<TableFormat> {
  const format = formatByEnding(file);
  if (format === undefined) throw new GramkitError('USAGE', 'the ending of the input tells no format', { file, alternatives: tableFormats.map((ending) => `.${ending}`), fix: 'give a file of one of these formats, named so' });
  await requireInput(file);
  return format;
}

/** @throws GramkitError DATA_MISSING where a file that is given as an argument is not there. */
export async function requireInput(file: string): Promise<void> {
  await access(file).catch((cause: unknown) => {
    throw missingFile(file, cause, 'correct the path; a relative one starts from the current folder');
  });
}

/**
 * Such a file as a table that has the columns.
 * @throws GramkitError USAGE, DATA_MISSING, DATA_EMPTY; DATA_MALFORMED with the nearest column there is
 */
export async function openInputTable(database: Database, file: string, delimited: Delimited, columns: readonly string[]): Promise<TableSource> {
  const table = await openTable(database, file, await inputFormat(file), delimited);
  assertColumns(table, Object.fromEntries(columns.map((name) => [name, name])), `name the columns of the input ${columns.join(', ')}`);
  return table;
}
