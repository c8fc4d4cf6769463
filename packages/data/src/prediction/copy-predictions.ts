import { rename, rm } from 'node:fs/promises';
import { extname } from 'node:path';
import { GramkitError } from '@gramkit/spec';
import { forgetPartial, partialPath } from '../output/partial-path.js';
import { refuseUnwritable } from '../output/refuse-unwritable.js';
import { tableFormats, type TableFormat, type TableSource } from '../readers/table-source.js';
import { identifier, literal, type Database } from '../store/database.js';

/** DuckDB's names of the formats. */
const copyFormats: Readonly<Record<TableFormat, string>> = {
  csv: "FORMAT csv, HEADER, DELIMITER ','",
  tsv: "FORMAT csv, HEADER, DELIMITER '\t'",
  jsonl: 'FORMAT json',
  parquet: 'FORMAT parquet, ROW_GROUP_SIZE 20480',
};

/** The format of a file of rows by its ending. @throws GramkitError USAGE */
export function outputFormatOf(file: string): TableFormat {
  const ending = extname(file).slice(1).toLowerCase().replace('ndjson', 'jsonl');
  const format = tableFormats.find((known) => known === ending);
  if (format !== undefined) return format;
  throw new GramkitError('USAGE', `'${file}' ends with '.${ending}', which is no format for rows`, { alternatives: tableFormats.map((known) => `.${known}`), fix: 'give the output one of these endings' });
}

// A name that no file has for a column of its own.
const recordColumn = identifier('#record');

/** Writes a table with the column of the database's predictions beside its own, beside its place first and then renamed. @throws GramkitError OUTPUT_UNWRITABLE */
export async function copyPredictions({ connection }: Database, table: TableSource, output: string, column: string): Promise<void> {
  const format = outputFormatOf(output);
  // JSON and Parquet can say what is a number; text goes everywhere else.
  const keepsTypes = table.format === format || (table.format === 'parquet' && format === 'jsonl');
  const probability = `CASE WHEN isnan(predictions.probability) THEN NULL ELSE predictions.probability END AS ${identifier(column)}`;
  const query = `SELECT ${table.columns.map((name) => `numbered.${identifier(name)}`).join(', ')}, ${probability}
    FROM (SELECT (row_number() OVER ())::DOUBLE AS ${recordColumn}, * FROM (${keepsTypes ? table.typedSql : table.sql})) AS numbered
    JOIN predictions ON numbered.${recordColumn} = predictions.record ORDER BY predictions.record`;
  const partial = partialPath(output);
  try {
    await refuseUnwritable(output, async () => {
      await connection.run(`COPY (${query}) TO ${literal(partial)} (${copyFormats[format]})`);
      await rename(partial, output);
    });
  } finally {
    await rm(partial, { force: true });
    forgetPartial(partial);
  }
}
