import { readFile } from 'node:fs/promises';
import { GramkitError, type ItemContent } from '@gramkit/spec';
import type { DuckDBValue } from '@duckdb/node-api';
import { identifier, type Database } from '../store/database.js';
import { missingFile } from './numbered-lines.js';
import { assertColumns, malformedRecord, rowsOfTable, type TableSource } from './table-source.js';
import type { TabularOptions } from './tabular-options.js';
import { isBlank } from './tabular-values.js';

/** The options that say where items have what. */
export type ItemColumns = Pick<TabularOptions, 'id' | 'fields' | 'correctAnswer'>;

/** An item, and the right answer where the options name a column of it. */
export interface TabularItem {
  readonly content: ItemContent;
  readonly answer?: string | null;
}

/** The items of a table, in its order. @throws GramkitError DATA_MALFORMED with file and line. */
export async function* itemsOfTable(table: TableSource, database: Database, options: ItemColumns): AsyncGenerator<TabularItem[]> {
  const { id, fields, correctAnswer } = options;
  const columns = [id, ...Object.values(fields), ...(correctAnswer === undefined ? [] : [correctAnswer])];
  assertColumns(table, { id, ...columnsByOption(options) });
  const checker = new ItemChecker(options);
  const sql = `SELECT ${columns.map((name, place) => `${identifier(name)} AS c${place}`).join(', ')} FROM (${table.sql})`;
  for await (const values of rowsOfTable(table, database, sql)) {
    const items: TabularItem[] = [];
    for (let row = 0; row < values[0]!.length; row++) {
      const found = checker.check(values.map((column) => column[row] as string | null));
      if ('problem' in found) throw await malformedRecord(table, checker.count + 1, found.field, found.problem, found.fix);
      items.push(found);
    }
    yield items;
  }
}

/** The columns of an item beside its id, by the options that name them. */
function columnsByOption({ fields, correctAnswer }: ItemColumns): Readonly<Record<string, string | undefined>> {
  return { ...Object.fromEntries(Object.entries(fields).map(([name, column]) => [`fields.${name}`, column])), correctAnswer };
}

/**
 * The items of a JSON file of one object: its keys are ids, its values objects with the columns. A value that is a list stands for its parts, one
 * after another, each once.
 * @throws GramkitError DATA_MALFORMED
 */
export async function* itemsOfJson(file: string, options: ItemColumns): AsyncGenerator<TabularItem[]> {
  const { fields, correctAnswer } = options;
  const columns = [...Object.values(fields), ...(correctAnswer === undefined ? [] : [correctAnswer])];
  const checker = new ItemChecker(options);
  const items: TabularItem[] = [];
  for (const [id, entry] of Object.entries(await readObject(file))) {
    if (!isObject(entry)) throw new GramkitError('DATA_MALFORMED', `item '${id}' is no JSON object`, { file, field: id, fix: 'write an object in braces for every id' });
    const unknown = Object.entries(columnsByOption(options)).find(([, column]) => column !== undefined && !(column in entry));
    if (unknown !== undefined) throw new GramkitError('DATA_MALFORMED', `item '${id}' has no '${unknown[1]}'`, { file, field: unknown[0], alternatives: Object.keys(entry), fix: "name the file's own keys in the configuration of the reader" });
    const found = checker.check([id, ...columns.map((column) => textOf(entry[column]))]);
    if ('problem' in found) throw new GramkitError('DATA_MALFORMED', found.problem, { file, field: found.field, fix: found.fix });
    items.push(found);
  }
  if (items.length === 0) throw new GramkitError('DATA_EMPTY', 'there are no items', { file, fix: 'give one object with an entry for every item' });
  yield items;
}

async function readObject(file: string): Promise<Readonly<Record<string, unknown>>> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw missingFile(file, cause);
  });
  try {
    const value: unknown = JSON.parse(text);
    if (isObject(value)) return value;
  } catch (cause) {
    throw new GramkitError('DATA_MALFORMED', `is no JSON: ${cause instanceof Error ? cause.message : String(cause)}`, { file, cause, fix: 'correct the file, or download it again' });
  }
  throw new GramkitError('DATA_MALFORMED', 'expected one JSON object whose keys are the ids of the items', { file, fix: "for one object a line set itemsFormat to 'jsonl'" });
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function textOf(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  if (Array.isArray(value)) return [...new Set(value.map(textOf))].join(' ');
  return typeof value === 'string' ? value : JSON.stringify(value);
}

interface ItemProblem {
  readonly problem: string;
  readonly field: string;
  readonly fix: string;
}

/** Checks items one by one: ids that are there and unlike, texts that are not blank. */
class ItemChecker {
  readonly #options: ItemColumns;
  readonly #seen = new Set<string>();

  constructor(options: ItemColumns) {
    this.#options = options;
  }

  /** Items that were in order so far. */
  get count(): number {
    return this.#seen.size;
  }

  /** @param values the id, the text of each field, and the right answer where a column of it is named */
  check(values: readonly (string | null)[]): TabularItem | ItemProblem {
    const { id, fields, correctAnswer } = this.#options;
    const names = Object.keys(fields);
    const own: DuckDBValue = values[0]!;
    const texts = values.slice(1, 1 + names.length);
    if (isBlank(own)) return { problem: 'the id is missing', field: id, fix: 'give every item an id' };
    if (this.#seen.has(own)) return { problem: `item '${own}' is there twice`, field: id, fix: 'give every item an id of its own' };
    if (texts.every((text) => isBlank(text))) return { problem: `item '${own}' has no text`, field: Object.values(fields).join(', '), fix: 'give the item a text, or remove it' };
    const answer = correctAnswer === undefined ? undefined : values.at(-1)!;
    if (answer !== undefined && isBlank(answer)) return { problem: `item '${own}' has no right answer`, field: correctAnswer!, fix: 'give the item its right answer, or remove it' };
    this.#seen.add(own);
    const content = { id: own, fields: Object.fromEntries(names.map((name, place) => [name, texts[place] ?? ''])) };
    return answer === undefined ? { content } : { content, answer };
  }
}
