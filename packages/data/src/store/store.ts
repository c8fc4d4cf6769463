import type { DuckDBConnection } from '@duckdb/node-api';
import { GramkitError, tasks, type ItemContent, type Task } from '@gramkit/spec';
import { ceilingOf, type Ceiling } from './ceiling.js';
import { impressionCeilingOf } from './impression-ceiling.js';
import { inspectImpressions, type ImpressionInspection } from './impression-inspection.js';
import { openDatabase, rowsOf, sortingMemoryLimit, withMemory, type Database, type DatabaseLimits } from './database.js';
import type { DatasetSummary } from './import-dataset.js';
import { inspectStore, type Inspection, type InspectionOptions } from './inspection.js';
import { readItems } from './items.js';
import { formatVersion } from './schema.js';
import { scanTable } from './stream-columns.js';

/** Stand for a `held_out` and a `held_out_events` that are null. */
const unknown = 2;
const unknownCount = 2 ** 32 - 1;

/** The users of a store, in order of first appearance. */
export interface StoredUsers {
  /** Events of each, uint32 `[users]`: impressions where the data set has those, else interactions. */
  readonly historyLengths: Uint32Array;
  /** uint8 `[users]`: 1 where the data set itself holds the user out; undefined where it brings no split of users. */
  readonly heldOut: Uint8Array | undefined;
  /** uint32 `[users]`: how many of the last events of each the data set itself holds out, where its split is one of events. */
  readonly heldOutEvents?: Uint32Array;
}

/** An imported data set, open for reading. Any number of processes may read one store at once. */
export class Store {
  readonly file: string;
  /** What was imported: task, fingerprint, counts. */
  readonly summary: DatasetSummary;
  readonly #database: Database;
  #users: Promise<StoredUsers> | undefined;
  #closed = false;

  constructor(file: string, database: Database, summary: DatasetSummary) {
    this.file = file;
    this.#database = database;
    this.summary = summary;
  }

  /** For queries of one's own over the tables of `schema.ts`. */
  get connection(): DuckDBConnection {
    return this.#database.connection;
  }

  /** Every item, in catalogue order. */
  items(): Promise<ItemContent[]> {
    return readItems(this.connection, this.summary.items);
  }

  /** Lengths of histories and the data set's own split; read once and shared. */
  users(): Promise<StoredUsers> {
    this.#users ??= this.#readUsers();
    return this.#users;
  }

  /** @throws GramkitError DATA_MISMATCH for a text field that no item has. */
  async inspect(options: InspectionOptions = {}): Promise<Inspection | ImpressionInspection> {
    const ceiling = await this.ceiling();
    const measure = this.summary.impressions === undefined ? inspectStore : inspectImpressions;
    const inspection = await withMemory<Inspection | ImpressionInspection>(this.connection, sortingMemoryLimit, () => measure(this.connection, this.summary, options));
    return ceiling === undefined ? inspection : { ...inspection, ceiling };
  }

  /** What a model that knew the users could reach; undefined where true probabilities are not known. */
  async ceiling(): Promise<Ceiling | undefined> {
    const { impressions, interactions, items } = this.summary;
    return impressions === undefined ? ceilingOf(this.connection, interactions, items, await this.users()) : impressionCeilingOf(this.connection, this.summary);
  }

  /** Idempotent. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#database.close();
  }

  async #readUsers(): Promise<StoredUsers> {
    const { users, impressions } = this.summary;
    const historyLengths = new Uint32Array(users);
    const heldOut = new Uint8Array(users);
    const heldOutEvents = new Uint32Array(users);
    const columns = `interactions, coalesce(held_out::UTINYINT, ${unknown})::UTINYINT, coalesce(held_out_events, ${unknownCount})::UINTEGER`;
    let user = 0;
    for await (const [lengths, flags, events] of scanTable(this.connection, columns, 'users', users)) {
      for (let row = 0; row < lengths!.length; row++, user++) {
        historyLengths[user] = lengths![row] as number;
        heldOut[user] = flags![row] as number;
        heldOutEvents[user] = events![row] as number;
      }
    }
    const ownEvents = impressions !== undefined && !heldOutEvents.includes(unknownCount);
    return { historyLengths, heldOut: heldOut.includes(unknown) ? undefined : heldOut, ...(ownEvents ? { heldOutEvents } : {}) };
  }
}

/**
 * Opens a store for reading.
 * @throws GramkitError DATA_MISSING where there is none, DATA_MALFORMED where the file is no store, DATA_MISMATCH where
 * another version of Gramkit wrote it.
 */
export async function openStore(file: string, limits: DatabaseLimits = {}): Promise<Store> {
  const database = await openDatabase(file, { ...limits, readOnly: true });
  try {
    return new Store(file, database, await readSummary(file, database.connection));
  } catch (error) {
    database.close();
    throw error;
  }
}

async function readSummary(file: string, connection: DuckDBConnection): Promise<DatasetSummary> {
  const [row] = await rowsOf(connection, 'FROM dataset').catch((cause: unknown) => {
    throw new GramkitError('DATA_MALFORMED', 'is a DuckDB file but no store of Gramkit', { file, cause, fix: 'import the data set: gram data import' });
  });
  const [version, task, reader, readerFingerprint, fingerprint, users, items, interactions, impressions, candidates, leftOut] = row!;
  if (Number(version) !== formatVersion || !(tasks as readonly unknown[]).includes(task)) {
    throw new GramkitError('DATA_MISMATCH', `the store has format ${String(version)} for task '${String(task)}', expected format ${formatVersion} for one of ${tasks.join(', ')}`, {
      file, fix: 'import the data set again with this version: gram data import',
    });
  }
  return {
    task: task as Task, reader: String(reader), readerFingerprint: String(readerFingerprint), fingerprint: String(fingerprint),
    users: Number(users), items: Number(items), interactions: Number(interactions),
    ...(impressions === null ? {} : { impressions: Number(impressions), candidates: Number(candidates) }),
    ...(leftOut === '{}' ? {} : { leftOut: JSON.parse(String(leftOut)) as Record<string, number> }),
  };
}
