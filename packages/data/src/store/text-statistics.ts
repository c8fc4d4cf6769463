import type { DuckDBConnection } from '@duckdb/node-api';
import { GramkitError, type ItemContent } from '@gramkit/spec';
import { literal, numbersOf, rowsOf } from './database.js';
import { readItems } from './items.js';

/** Quartiles of a length. */
export interface Distribution {
  readonly minimum: number;
  readonly median: number;
  readonly mean: number;
  readonly maximum: number;
}

/** What there is to say of the texts of a catalogue. */
export interface TextStatistics {
  readonly textField: string;
  readonly textCharacters: Distribution;
  readonly textWords: Distribution;
  readonly itemsWithoutText: number;
  readonly examples: readonly ItemContent[];
}

const exampleCount = 3;

/**
 * Measures the texts of one field; where none is named, `text`, or `title`, or the first of the first item.
 * @throws GramkitError DATA_MISMATCH for a field that no item has.
 */
export async function textStatistics(connection: DuckDBConnection, items: number, wanted?: string): Promise<TextStatistics> {
  const examples = await readItems(connection, Math.min(exampleCount, items));
  const own = Object.keys(examples[0]!.fields);
  const textField = wanted ?? ['text', 'title'].find((field) => own.includes(field)) ?? own[0] ?? 'text';
  await assertField(connection, textField);
  const text = `coalesce(fields[${literal(textField)}], '')`;
  const [itemsWithoutText] = await numbersOf(connection, `SELECT count(*) FROM items WHERE trim(${text}) = ''`);
  return {
    textField,
    textCharacters: await distribution(connection, `length(${text})`, 'items'),
    textWords: await distribution(connection, `len(list_filter(string_split_regex(${text}, '\\s+'), lambda w: w <> ''))`, 'items'),
    itemsWithoutText: itemsWithoutText!,
    examples,
  };
}

async function assertField(connection: DuckDBConnection, field: string): Promise<void> {
  const names = (await rowsOf(connection, 'SELECT DISTINCT unnest(map_keys(fields)) AS name FROM items ORDER BY name')).map(([name]) => String(name));
  if (names.includes(field)) return;
  throw new GramkitError('DATA_MISMATCH', `no item has a field '${field}'`, { field, alternatives: names, fix: 'name one of the fields there are' });
}

/** Quartiles of an SQL expression over the rows of a table. */
export async function distribution(connection: DuckDBConnection, value: string, table: string): Promise<Distribution> {
  const [minimum, median, mean, maximum] = await numbersOf(connection, `SELECT min(v), approx_quantile(v, 0.5), avg(v), max(v) FROM (SELECT ${value} AS v FROM ${table})`);
  return { minimum: minimum!, median: median!, mean: mean!, maximum: maximum! };
}
