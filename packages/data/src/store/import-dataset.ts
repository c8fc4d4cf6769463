import { rename, rm } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { MAP, VARCHAR, mapValue, type DuckDBConnection } from '@duckdb/node-api';
import { GramkitError, isGramkitError, type DatasetReader, type Task } from '@gramkit/spec';
import { makeFolder } from '../output/make-folder.js';
import { databaseFiles, dropCachedBlocks, literal, numbersOf, openDatabase, sortingMemoryLimit, withMemory, type DatabaseLimits } from './database.js';
import { contentFingerprint, type ContentCounts } from './fingerprint.js';
import { groupByUser, hasScatteredUsers } from './group-by-user.js';
import { ImpressionWriter } from './impression-writer.js';
import { InteractionWriter } from './interaction-writer.js';
import { createTables, formatVersion } from './schema.js';

/** How far an import is. */
export interface ImportProgress {
  readonly part: 'items' | 'interactions' | 'impressions' | 'grouping' | 'fingerprint';
  /** Items or events so far. */
  readonly done: number;
}

export interface ImportOptions extends DatabaseLimits {
  /** Aborting leaves nothing behind. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: ImportProgress) => void;
}

/** What was imported. */
export interface DatasetSummary {
  readonly task: Task;
  /** Name of the reader. */
  readonly reader: string;
  readonly readerFingerprint: string;
  /** SHA-256 of the content, hexadecimal: the same for the same content, whatever it was read from. */
  readonly fingerprint: string;
  readonly users: number;
  readonly items: number;
  /** Interactions; of impressions, the clicks. */
  readonly interactions: number;
  /** Only where the data set has impressions. */
  readonly impressions?: number;
  /** Items that all impressions show together. */
  readonly candidates?: number;
  /** What the reader left out, by reason; absent where it was nothing. */
  readonly leftOut?: Readonly<Record<string, number>>;
}

/**
 * Streams a data set into a store. The file appears whole or not at all, and replaces one that was there.
 * `memoryLimit` bounds the sort of data that do not come grouped by user; the rest uses a small fixed amount.
 * @throws GramkitError DATA_MALFORMED, DATA_EMPTY, INTERRUPTED, OUTPUT_UNWRITABLE
 */
export async function importDataset(reader: DatasetReader, storeFile: string, options: ImportOptions = {}): Promise<DatasetSummary> {
  const target = resolve(storeFile);
  const raw = `${target}.${process.pid}.partial`;
  const grouped = `${raw}.grouped`;
  await makeFolder(dirname(target)).catch((cause: unknown) => {
    throw unwritable(storeFile, cause);
  });
  try {
    const scattered = await writeRaw(reader, raw, grouped, options);
    const whole = scattered ? grouped : raw;
    const summary = await finish(reader, whole, options);
    stopIfAborted(options.signal);
    await rename(whole, target);
    return summary;
  } catch (error) {
    throw isGramkitError(error) || !isDiskError(error) ? error : unwritable(storeFile, error);
  } finally {
    for (const file of [...databaseFiles(raw), ...databaseFiles(grouped)]) await rm(file, { recursive: true, force: true });
  }
}

/** Writes items and events as they come. Returns whether they had to be grouped by user, into a second file. */
async function writeRaw(reader: DatasetReader, file: string, grouped: string, options: ImportOptions): Promise<boolean> {
  const { connection, close } = await openDatabase(file, { ...options, memoryLimit: undefined }).catch((cause: unknown) => {
    throw unwritable(file, cause);
  });
  try {
    await connection.run(createTables('main'));
    const catalogue = await withMemory(connection, sortingMemoryLimit, () => writeItems(reader, connection, options));
    await dropCachedBlocks(connection);
    const events = reader.impressions === undefined ? 'interactions' : 'impressions';
    await (events === 'impressions' ? writeImpressions : writeInteractions)(reader, connection, catalogue, options);
    // Left to the closing of the file, this would come on top of the memory of the next query.
    await connection.run('CHECKPOINT');
    await dropCachedBlocks(connection);
    if (!(await hasScatteredUsers(connection))) return false;
    options.onProgress?.({ part: 'grouping', done: 0 });
    await groupByUser(connection, grouped, events, options.memoryLimit);
    return true;
  } finally {
    close();
  }
}

async function writeItems(reader: DatasetReader, connection: DuckDBConnection, options: ImportOptions): Promise<Map<string, number>> {
  const catalogue = new Map<string, number>();
  const appender = await connection.createAppender('items');
  for await (const items of reader.items()) {
    stopIfAborted(options.signal);
    for (const { id, fields } of items) {
      if (id === '') throw new GramkitError('DATA_MALFORMED', `item ${catalogue.size + 1} has an empty id`, { field: 'id', fix: 'give every item an id' });
      if (catalogue.has(id)) throw new GramkitError('DATA_MALFORMED', `item '${id}' is there twice`, { field: 'id', fix: 'give every item an id of its own' });
      appender.appendUInteger(catalogue.size);
      appender.appendVarchar(id);
      appender.appendMap(mapValue(Object.entries(fields).map(([key, value]) => ({ key, value }))), MAP(VARCHAR, VARCHAR));
      appender.endRow();
      catalogue.set(id, catalogue.size);
    }
    appender.flushSync();
    options.onProgress?.({ part: 'items', done: catalogue.size });
  }
  appender.closeSync();
  if (catalogue.size === 0) throw new GramkitError('DATA_EMPTY', `reader '${reader.name}' gave no items`, { fix: 'check the items file' });
  return catalogue;
}

async function writeInteractions(reader: DatasetReader, connection: DuckDBConnection, catalogue: ReadonlyMap<string, number>, options: ImportOptions): Promise<void> {
  const writer = await InteractionWriter.open(connection, catalogue, reader.task);
  for await (const chunk of reader.interactions()) {
    stopIfAborted(options.signal);
    await writer.append(chunk);
    options.onProgress?.({ part: 'interactions', done: writer.count });
  }
  writer.close();
  if (writer.count === 0) throw new GramkitError('DATA_EMPTY', `reader '${reader.name}' gave no interactions`, { fix: 'check the interactions file' });
}

async function writeImpressions(reader: DatasetReader, connection: DuckDBConnection, catalogue: ReadonlyMap<string, number>, options: ImportOptions): Promise<void> {
  const writer = await ImpressionWriter.open(connection, catalogue);
  for await (const chunk of reader.impressions!()) {
    stopIfAborted(options.signal);
    await writer.append(chunk);
    options.onProgress?.({ part: 'impressions', done: writer.count });
  }
  writer.close();
  if (writer.count === 0) throw new GramkitError('DATA_EMPTY', `reader '${reader.name}' gave no impressions${leftOutText(reader)}`, { fix: 'check the impressions file' });
  if (writer.clicks === 0) throw new GramkitError('DATA_EMPTY', `in the ${writer.count} impressions of reader '${reader.name}' nothing is clicked${leftOutText(reader)}`, { fix: 'check the column of clicks' });
}

/** What a reader left out, for a message. */
function leftOutText(reader: DatasetReader): string {
  const reasons = Object.entries(leftOutOf(reader)).map(([reason, count]) => `${count} ${reason}`);
  return reasons.length === 0 ? '' : ` (left out: ${reasons.join(', ')})`;
}

function leftOutOf(reader: DatasetReader): Record<string, number> {
  return Object.fromEntries(Object.entries(reader.leftOut?.() ?? {}).filter(([, count]) => count > 0));
}

async function finish(reader: DatasetReader, file: string, options: ImportOptions): Promise<DatasetSummary> {
  const { connection, close } = await openDatabase(file, { ...options, memoryLimit: undefined });
  try {
    const counts = await countContent(connection, reader.impressions !== undefined);
    options.onProgress?.({ part: 'fingerprint', done: counts.impressions ?? counts.interactions });
    const leftOut = leftOutOf(reader);
    const summary: DatasetSummary = {
      task: reader.task,
      reader: reader.name,
      readerFingerprint: await reader.fingerprint(),
      fingerprint: await contentFingerprint(connection, reader.task, counts),
      ...counts,
      ...(Object.keys(leftOut).length > 0 ? { leftOut } : {}),
    };
    await connection.run(`INSERT INTO dataset VALUES (${formatVersion}, ${literal(summary.task)}, ${literal(summary.reader)},
      ${literal(summary.readerFingerprint)}, ${literal(summary.fingerprint)}, ${summary.users}, ${summary.items}, ${summary.interactions},
      ${summary.impressions ?? 'NULL'}, ${summary.candidates ?? 'NULL'}, ${literal(JSON.stringify(leftOut))})`);
    await connection.run('CHECKPOINT');
    return summary;
  } finally {
    close();
  }
}

async function countContent(connection: DuckDBConnection, impressions: boolean): Promise<ContentCounts> {
  const [users, items] = await numbersOf(connection, 'SELECT (SELECT count(*) FROM users), (SELECT count(*) FROM items)');
  if (!impressions) {
    const [interactions] = await numbersOf(connection, 'SELECT count(*) FROM interactions');
    return { users: users!, items: items!, interactions: interactions! };
  }
  const [shown, clicks, candidates] = await numbersOf(connection, 'SELECT (SELECT count(*) FROM impressions), sum(response), count(*) FROM candidates');
  return { users: users!, items: items!, interactions: clicks!, impressions: shown!, candidates: candidates! };
}

/** Whether DuckDB or the file system ran out of space or could not write. */
function isDiskError(error: unknown): boolean {
  return error instanceof Error && /^IO Error|ENOSPC|EACCES|EROFS|No space left|max_temp_directory_size/.test(error.message);
}

function unwritable(file: string, cause: unknown): GramkitError {
  return new GramkitError('OUTPUT_UNWRITABLE', 'the store cannot be written there', { file, cause, fix: 'choose another folder or free space' });
}

function stopIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted !== true) return;
  throw new GramkitError('INTERRUPTED', 'the import was stopped; nothing was written', { cause: signal.reason });
}
