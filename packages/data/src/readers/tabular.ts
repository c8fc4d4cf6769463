import { access } from 'node:fs/promises';
import { extname, parse, resolve } from 'node:path';
import { definePlugin, GramkitError, specificationVersion, tokens, type DatasetReader, type InteractionChunk, type ItemContent } from '@gramkit/spec';
import { literal, rowsOf, type Database } from '../store/database.js';
import { fingerprintFiles } from './fingerprint-files.js';
import { LeftOut } from './left-out.js';
import { missingFile } from './numbered-lines.js';
import { streamWithDatabase } from './table-database.js';
import { formatOf, joinedTable, openTable, type TableFormat, type TableSource } from './table-source.js';
import { interactionsOfTable, type Catalogue } from './tabular-interactions.js';
import { itemsOfJson, itemsOfTable, type TabularItem } from './tabular-items.js';
import { tabularOptions, type TabularOptions } from './tabular-options.js';

export { tabularOptions, type TabularOptions } from './tabular-options.js';

/** Interactions and items from files with named columns, read by DuckDB. */
export function createTabularReader(options: TabularOptions, baseDirectory: string): DatasetReader {
  const patterns = [options.interactions].flat().map((path) => resolve(baseDirectory, path));
  const itemsFile = resolve(baseDirectory, options.items);
  let leftOut = new LeftOut();
  return {
    specificationVersion, kind: 'reader', name: 'tabular', task: options.task,
    fingerprint: () => fingerprintOf(options, patterns, itemsFile),
    async *items(): AsyncGenerator<ItemContent[]> {
      for await (const items of readItems(itemsFile, options)) yield items.map(({ content }) => content);
    },
    async *interactions(): AsyncGenerator<InteractionChunk> {
      leftOut = new LeftOut();
      const catalogue = { file: itemsFile, answers: await answersOf(readItems(itemsFile, options)) };
      yield* streamWithDatabase((database) => readInteractions(database, patterns, options, catalogue, leftOut));
    },
    leftOut: () => leftOut.counts(),
    dispose: () => {},
  };
}

async function fingerprintOf(options: TabularOptions, patterns: readonly string[], itemsFile: string): Promise<string> {
  const files: string[] = [];
  for await (const file of streamWithDatabase((database) => filesOf(database, patterns))) files.push(file);
  const content = { ...options, interactions: options.userFromFileName ? files.map(userOf) : null, items: null };
  return fingerprintFiles([...files, itemsFile], ['tabular 2', content]);
}

function readItems(file: string, options: TabularOptions): AsyncGenerator<TabularItem[]> {
  const format = options.itemsFormat ?? (extname(file).toLowerCase() === '.json' ? 'json' : formatOf(file));
  if (format === 'json') return itemsOfJson(file, options);
  return streamWithDatabase(async function* (database) {
    yield* itemsOfTable(await openTable(database, file, format, { ...options, header: options.itemsHeader }), database, options);
  });
}

async function answersOf(items: AsyncIterable<readonly TabularItem[]>): Promise<Map<string, string | null>> {
  const answers = new Map<string, string | null>();
  for await (const stretch of items) stretch.forEach(({ content, answer }) => answers.set(content.id, answer ?? null));
  return answers;
}

async function* readInteractions(database: Database, patterns: readonly string[], options: TabularOptions, catalogue: Catalogue, leftOut: LeftOut): AsyncGenerator<InteractionChunk> {
  const read = (table: TableSource): AsyncGenerator<InteractionChunk> =>
    interactionsOfTable(table, database, options, catalogue, leftOut, options.userFromFileName ? userOf : undefined);
  for await (const tables of groupsOf(filesOf(database, patterns), database, options)) {
    if (tables.length === 1) yield* read(tables[0]!);
    else yield* readJoined(tables, read);
  }
}

/** Files that are read at once: a query for each of many small files would take most of the time. */
const filesAtOnce = 256;

/** Tables one after another: each alone, but small files of one user each together, as long as they have the same columns. */
async function* groupsOf(files: AsyncIterable<string>, database: Database, options: TabularOptions): AsyncGenerator<TableSource[]> {
  let group: TableSource[] = [];
  for await (const file of files) {
    const format: TableFormat = options.interactionsFormat ?? formatOf(file);
    const table = await openTable(database, file, format, { ...options, header: options.interactionsHeader });
    const [first] = group;
    const joins = options.userFromFileName && first?.delimited !== undefined && first.format === format && group.length < filesAtOnce && first.columns.join('\n') === table.columns.join('\n');
    if (!joins && first !== undefined) {
      yield group;
      group = [];
    }
    group.push(table);
  }
  if (group.length > 0) yield group;
}

/** Where something is wrong, the files are read one by one, so that the error names the one it is in, and its line. */
async function* readJoined(tables: readonly TableSource[], read: (table: TableSource) => AsyncGenerator<InteractionChunk>): AsyncGenerator<InteractionChunk> {
  try {
    yield* read(joinedTable(tables));
  } catch (error) {
    for (const table of tables) {
      const reading = read(table);
      while ((await reading.next()).done !== true);
    }
    throw error;
  }
}

function userOf(file: string): string {
  return parse(file).name;
}

async function* filesOf(database: Database, patterns: readonly string[]): AsyncGenerator<string> {
  for (const pattern of patterns) yield* await filesOfPattern(database, pattern);
}

/** The files that a path means: the one of that name, or those that fit where it has stars, by name. @throws GramkitError DATA_MISSING */
async function filesOfPattern({ connection }: Database, pattern: string): Promise<string[]> {
  const cause: unknown = await access(pattern).then(() => undefined, (error: unknown) => error);
  if (cause === undefined) return [pattern];
  if (!pattern.includes('*')) throw missingFile(pattern, cause);
  const files = await rowsOf(connection, `SELECT file FROM glob(${literal(pattern.replace(/[?[]/g, '[$&]'))}) ORDER BY file`);
  if (files.length === 0) throw new GramkitError('DATA_MISSING', 'no file fits this pattern', { file: pattern, field: 'interactions', fix: "correct the path; '*' stands for any characters but '/'" });
  return files.map(([file]) => String(file));
}

export default definePlugin({
  specificationVersion,
  kind: 'reader',
  name: 'tabular',
  description: 'Reads interactions and items from CSV, TSV, JSONL or Parquet files with named columns.',
  taskOf: ({ task }) => task,
  options: tabularOptions,
  dependencies: { baseDirectory: tokens.baseDirectory },
  create: ({ options, baseDirectory }) => createTabularReader(options, baseDirectory),
});
