import { BOOLEAN, DOUBLE, FLOAT, UINTEGER, UTINYINT, type DuckDBConnection, type DuckDBType } from '@duckdb/node-api';
import { GramkitError, type ImpressionChunk } from '@gramkit/spec';
import { hashInto } from '../split/hash.js';
import { ColumnAppender } from './column-appender.js';
import { dropCachedBlocks } from './database.js';
import { createImpressions } from './schema.js';
import { UserRuns } from './user-runs.js';

/** Columns that a data set has throughout or not at all. */
const optionalColumns = ['times', 'heldOut', 'probabilities'] as const;

/** Candidates and items of histories after which written blocks are dropped from memory. */
const rowsPerDrop = 122_880;

/** The tables that impressions are written into. */
interface Tables {
  readonly impressions: ColumnAppender;
  readonly historyItems: ColumnAppender;
  readonly candidates: ColumnAppender;
  readonly digests: ColumnAppender;
}

/** The items of a history, the first `length` of `items`. */
interface HistoryBuffer {
  items: Uint32Array;
  length: number;
}

/**
 * Validates impressions and appends them. A history that is the same as that of the impression before, of the same user, is not written again. Where a
 * user's impressions stand apart, or go back in time, `users` has several rows for the user, and the temporary table `history_digests` tells which
 * histories are the same once they are put together.
 */
export class ImpressionWriter {
  readonly #connection: DuckDBConnection;
  readonly #catalogue: ReadonlyMap<string, number>;
  readonly #users: UserRuns;
  #tables: Tables | undefined;
  #count = 0;
  #clicks = 0;
  #rows = 0;
  #rowsAtDrop = 0;
  #histories = 0;
  /** The history of the impression before, and room for the next one: as new arrays they would be freed late. */
  #history: HistoryBuffer = { items: new Uint32Array(64), length: 0 };
  #spare: HistoryBuffer = { items: new Uint32Array(64), length: 0 };
  #lastTime = Number.NEGATIVE_INFINITY;
  #present: readonly boolean[] | undefined;

  private constructor(connection: DuckDBConnection, catalogue: ReadonlyMap<string, number>, users: UserRuns) {
    this.#connection = connection;
    this.#catalogue = catalogue;
    this.#users = users;
  }

  static async open(connection: DuckDBConnection, catalogue: ReadonlyMap<string, number>): Promise<ImpressionWriter> {
    return new ImpressionWriter(connection, catalogue, await UserRuns.open(connection));
  }

  /** Impressions so far. */
  get count(): number {
    return this.#count;
  }

  /** Clicked candidates so far. */
  get clicks(): number {
    return this.#clicks;
  }

  /** @throws GramkitError DATA_MALFORMED for an unknown item, an impression that shows nothing, a click other than 0 or 1, a held-out impression before one that is not. */
  async append(chunk: ImpressionChunk): Promise<void> {
    this.#assertColumns(chunk);
    this.#tables ??= await this.#createTables(chunk);
    for (let row = 0; row < chunk.userIds.length; row++) this.#appendImpression(this.#tables, chunk, row);
    if (this.#rows - this.#rowsAtDrop < rowsPerDrop) return;
    this.#rowsAtDrop = this.#rows;
    this.#users.flush();
    await dropCachedBlocks(this.#connection);
  }

  close(): void {
    this.#users.close();
    if (this.#tables !== undefined) for (const table of Object.values(this.#tables) as ColumnAppender[]) table.close();
  }

  async #createTables({ times, heldOut, probabilities }: ImpressionChunk): Promise<Tables> {
    const columns = { time: times !== undefined, heldOut: heldOut !== undefined, probability: probabilities !== undefined };
    await this.#connection.run(createImpressions('main', columns));
    await this.#connection.run('CREATE TEMP TABLE history_digests (low UINTEGER NOT NULL, high UINTEGER NOT NULL)');
    const open = (table: string, ...types: DuckDBType[]) => ColumnAppender.open(this.#connection, table, types);
    return {
      impressions: await open('impressions', UINTEGER, UINTEGER, UINTEGER, UINTEGER, ...(columns.time ? [DOUBLE] : []), ...(columns.heldOut ? [BOOLEAN] : [])),
      historyItems: await open('history_items', UINTEGER, UINTEGER),
      candidates: await open('candidates', UINTEGER, UINTEGER, UTINYINT, ...(columns.probability ? [FLOAT] : [])),
      digests: await open('history_digests', UINTEGER, UINTEGER),
    };
  }

  #appendImpression(tables: Tables, chunk: ImpressionChunk, row: number): void {
    const user = chunk.userIds[row]!;
    if (user === '') throw this.#malformed('the user is empty', 'user');
    const time = chunk.times?.[row] ?? Number.NEGATIVE_INFINITY;
    if (Number.isNaN(time)) throw this.#malformed('the time is not a number', 'time');
    const begins = this.#users.add(user, time < this.#lastTime);
    this.#lastTime = time;
    this.#appendHistory(tables, chunk.histories[row]!, begins);
    this.#appendCandidates(tables.candidates, chunk, row);
    const { impressions } = tables;
    impressions.set(0, this.#users.number);
    impressions.set(1, this.#histories - 1);
    impressions.set(2, this.#history.length);
    impressions.set(3, chunk.candidates[row]!.length);
    if (chunk.times !== undefined) impressions.set(4, time);
    if (chunk.heldOut !== undefined) impressions.set(chunk.times === undefined ? 4 : 5, this.#heldOut(chunk.heldOut[row]!));
    impressions.endRow();
    this.#count++;
  }

  #appendHistory({ historyItems, digests }: Tables, ids: readonly string[], begins: boolean): void {
    const history = this.#read(ids);
    if (!begins && same(history, this.#history)) return;
    [this.#history, this.#spare] = [history, this.#history];
    const number = this.#histories++;
    let low = 0;
    let high = 1;
    for (let place = 0; place < history.length; place++) {
      const item = history.items[place]!;
      historyItems.set(0, number);
      historyItems.set(1, item);
      historyItems.endRow();
      low = hashInto(low, item);
      high = hashInto(high, item);
    }
    digests.set(0, low);
    digests.set(1, high);
    digests.endRow();
    this.#rows += history.length;
  }

  /** The rows of a history, in the spare buffer. */
  #read(ids: readonly string[]): HistoryBuffer {
    const buffer = this.#spare;
    if (buffer.items.length < ids.length) buffer.items = new Uint32Array(2 * ids.length);
    buffer.length = ids.length;
    for (let place = 0; place < ids.length; place++) buffer.items[place] = this.#rowOf(ids[place]!, 'history');
    return buffer;
  }

  #appendCandidates(table: ColumnAppender, chunk: ImpressionChunk, row: number): void {
    const candidates = chunk.candidates[row]!;
    const clicks = chunk.clicks[row]!;
    const probabilities = chunk.probabilities?.[row];
    if (candidates.length === 0) throw this.#malformed('it shows no items', 'candidates');
    for (const [name, list] of [['clicks', clicks], ['probabilities', probabilities]] as const) {
      if (list !== undefined && list.length !== candidates.length) throw this.#malformed(`'${name}' has ${list.length} entries for ${candidates.length} candidates`, name);
    }
    for (let place = 0; place < candidates.length; place++) {
      if (clicks[place]! > 1) throw this.#malformed(`a click is ${clicks[place]}, expected 0 or 1`, 'clicks');
      table.set(0, this.#count);
      table.set(1, this.#rowOf(candidates[place]!, 'candidates'));
      table.set(2, clicks[place]!);
      if (probabilities !== undefined) table.set(3, probabilities[place]!);
      table.endRow();
      this.#clicks += clicks[place]!;
    }
    this.#rows += candidates.length;
  }

  /** Counts an impression that is held out, and gives its flag as the table takes it. */
  #heldOut(flag: number): boolean {
    this.#users.heldOutEvents ??= 0;
    if (flag === 1) this.#users.heldOutEvents++;
    else if (this.#users.heldOutEvents > 0) throw this.#malformed('it comes after one that is held out, and is not held out itself', 'heldOut');
    return flag === 1;
  }

  #rowOf(id: string, field: string): number {
    const item = this.#catalogue.get(id);
    if (item === undefined) throw this.#malformed(`item '${id}' is not in the catalogue`, field);
    return item;
  }

  #assertColumns(chunk: ImpressionChunk): void {
    const present = optionalColumns.map((column) => chunk[column] !== undefined);
    this.#present ??= present;
    const changed = optionalColumns.find((_, index) => present[index] !== this.#present![index]);
    if (changed !== undefined) throw this.#malformed(`'${changed}' is there for some impressions and absent for others`, changed);
    const rows = chunk.userIds.length;
    const short = (['histories', 'candidates', 'clicks', ...optionalColumns] as const).find((column) => chunk[column] !== undefined && chunk[column].length < rows);
    if (short !== undefined) throw this.#malformed(`'${short}' has ${chunk[short]!.length} entries for ${rows} impressions`, short);
  }

  #malformed(message: string, field: string): GramkitError {
    return new GramkitError('DATA_MALFORMED', `impression ${this.#count + 1}${this.#users.user === undefined ? '' : ` of user '${this.#users.user}'`}: ${message}`, {
      field, fix: 'correct the data or its reader; nothing was imported',
    });
  }
}

function same(one: HistoryBuffer, other: HistoryBuffer): boolean {
  if (one.length !== other.length) return false;
  for (let place = 0; place < one.length; place++) if (one.items[place] !== other.items[place]) return false;
  return true;
}
