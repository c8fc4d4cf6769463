import { DOUBLE, FLOAT, UINTEGER, UTINYINT, type DuckDBConnection } from '@duckdb/node-api';
import { GramkitError, type InteractionChunk, type Task } from '@gramkit/spec';
import { ColumnAppender } from './column-appender.js';
import { dropCachedBlocks } from './database.js';
import { createInteractions } from './schema.js';
import { UserRuns } from './user-runs.js';

/** Columns that a data set has throughout or not at all. */
const optionalColumns = ['times', 'heldOut', 'probabilities'] as const;

/** Interactions after which written blocks are dropped from memory. */
const interactionsPerDrop = 122_880;

/**
 * Validates interactions and appends them, and one row of `users` for every run of interactions of one user: where a user's
 * interactions do not stand together there are several.
 */
export class InteractionWriter {
  readonly #connection: DuckDBConnection;
  readonly #catalogue: ReadonlyMap<string, number>;
  readonly #task: Task;
  readonly #users: UserRuns;
  #interactions: ColumnAppender | undefined;
  #count = 0;
  #countAtDrop = 0;
  #lastTime = Number.NEGATIVE_INFINITY;
  #present: readonly boolean[] | undefined;

  private constructor(connection: DuckDBConnection, catalogue: ReadonlyMap<string, number>, task: Task, users: UserRuns) {
    this.#connection = connection;
    this.#catalogue = catalogue;
    this.#task = task;
    this.#users = users;
  }

  static async open(connection: DuckDBConnection, catalogue: ReadonlyMap<string, number>, task: Task): Promise<InteractionWriter> {
    return new InteractionWriter(connection, catalogue, task, await UserRuns.open(connection));
  }

  /** Interactions so far. */
  get count(): number {
    return this.#count;
  }

  /** @throws GramkitError DATA_MALFORMED for an unknown item, a response other than 0 or 1, time that runs backwards. */
  async append(chunk: InteractionChunk): Promise<void> {
    this.#assertColumns(chunk);
    this.#interactions ??= await this.#createTable(chunk);
    for (let row = 0; row < chunk.userIds.length; row++) this.#appendRow(this.#interactions, chunk, row);
    if (this.#count - this.#countAtDrop < interactionsPerDrop) return;
    this.#countAtDrop = this.#count;
    this.#users.flush();
    await dropCachedBlocks(this.#connection);
  }

  close(): void {
    this.#users.close();
    this.#interactions?.close();
  }

  /** The first chunk tells which columns there are: one that is absent costs neither memory nor a file of nothings. */
  async #createTable({ times, probabilities }: InteractionChunk): Promise<ColumnAppender> {
    const columns = { time: times !== undefined, probability: probabilities !== undefined };
    await this.#connection.run(createInteractions('main', columns));
    const types = [UINTEGER, UINTEGER, UTINYINT, ...(columns.time ? [DOUBLE] : []), ...(columns.probability ? [FLOAT] : [])];
    return ColumnAppender.open(this.#connection, 'interactions', types);
  }

  #appendRow(interactions: ColumnAppender, chunk: InteractionChunk, row: number): void {
    const user = chunk.userIds[row]!;
    const heldOut = chunk.heldOut === undefined ? null : chunk.heldOut[row] === 1;
    if (user === '') throw this.#malformed('the user is empty', 'user');
    if (this.#users.add(user)) {
      this.#users.heldOut = heldOut;
      this.#lastTime = Number.NEGATIVE_INFINITY;
    }
    if (heldOut !== this.#users.heldOut) throw this.#malformed(`user '${user}' is held out in one interaction and not in another`, 'heldOut');
    this.#set(interactions, chunk, row);
    interactions.endRow();
    this.#count++;
  }

  #set(interactions: ColumnAppender, { itemIds, responses, times, probabilities }: InteractionChunk, row: number): void {
    const item = this.#catalogue.get(itemIds[row]!);
    if (item === undefined) throw this.#malformed(`item '${itemIds[row]}' is not in the catalogue`, 'item');
    const response = responses[row]!;
    if (response > 1) throw this.#malformed(`response is ${response}, expected 0 or 1`, 'response');
    if (response === 0 && this.#task === 'recommendation') throw this.#malformed('response is 0, expected 1: in recommendation an interaction is a click', 'response');
    interactions.set(0, this.#users.number);
    interactions.set(1, item);
    interactions.set(2, response);
    if (times !== undefined) interactions.set(3, this.#risingTime(times[row]!));
    if (probabilities !== undefined) interactions.set(times === undefined ? 3 : 4, probabilities[row]!);
  }

  #risingTime(time: number): number {
    if (!(time >= this.#lastTime)) throw this.#malformed(`time ${time} comes after ${this.#lastTime} of the same user`, 'time');
    this.#lastTime = time;
    return time;
  }

  #assertColumns(chunk: InteractionChunk): void {
    const present = optionalColumns.map((column) => chunk[column] !== undefined);
    this.#present ??= present;
    const changed = optionalColumns.find((_, index) => present[index] !== this.#present![index]);
    if (changed !== undefined) throw this.#malformed(`'${changed}' is there for some interactions and absent for others`, changed);
    const rows = chunk.userIds.length;
    const short = (['itemIds', 'responses', ...optionalColumns] as const).find((column) => chunk[column] !== undefined && chunk[column].length < rows);
    if (short !== undefined) throw this.#malformed(`'${short}' has ${chunk[short]!.length} entries for ${rows} interactions`, short);
  }

  #malformed(message: string, field: string): GramkitError {
    return new GramkitError('DATA_MALFORMED', `interaction ${this.#count + 1}${this.#users.user === undefined ? '' : ` of user '${this.#users.user}'`}: ${message}`, {
      field, fix: 'correct the data or its reader; nothing was imported',
    });
  }
}
