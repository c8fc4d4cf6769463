import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { DOUBLE, FLOAT, type DuckDBValue } from '@duckdb/node-api';
import { GramkitError, isGramkitError } from '@gramkit/spec';
import { forgetPartial, partialPath } from '../output/partial-path.js';
import { refuseUnwritable } from '../output/refuse-unwritable.js';
import { lineOfRecord, tableError, type Delimited, type TableSource } from '../readers/table-source.js';
import { flagOf, isBlank, timeOf } from '../readers/tabular-values.js';
import { ColumnAppender } from '../store/column-appender.js';
import { identifier, openDatabase, type Database } from '../store/database.js';
import { streamColumns } from '../store/stream-columns.js';
import { copyPredictions } from './copy-predictions.js';
import { openInputTable } from './input-table.js';

/** The columns of a file of responses; `time` where a user's rows are ordered by it and not by their place in the file. */
export interface ResponseColumns {
  readonly user: string;
  readonly item: string;
  readonly response: string;
  readonly time?: string;
}

/** How a file of responses is read. */
export interface ResponsesOptions extends Delimited {
  readonly columns: ResponseColumns;
  /** Values of the response column that are a 1, all others a 0; absent: 1 and true, 0 and false. */
  readonly correctValues?: readonly string[];
  /** Name of the column of probabilities in the output. */
  readonly probabilityColumn: string;
  /** Aborting stops the query at hand. */
  readonly signal?: AbortSignal;
}

/** The response of a row that has none: it is to be predicted. */
export const unknownResponse = -1;

/** Columns of a stretch of rows, users one after another, a user's rows in time order. */
export interface ResponseRows {
  readonly users: readonly string[];
  readonly items: readonly string[];
  /** 0, 1, or `unknownResponse`. */
  readonly responses: Int8Array;
  /** The number of each row in the file, from 1. */
  readonly records: readonly number[];
}

/** What a first pass over the file found. */
export interface ResponsesSummary {
  readonly rows: number;
  /** Every item of the file, with the number of the first row that has it. */
  readonly items: ReadonlyMap<string, number>;
}

/** Memory for sorting; more goes to disk. */
const sortingMemory = '256MB';

/**
 * A file of responses that are to be predicted, each given the user's earlier ones. It lies in a database on disk while predictions come,
 * user by user, and are put beside its rows: memory does not grow with their number. The caller closes it.
 */
export class ResponsesInput {
  #predictions: ColumnAppender | undefined;

  private constructor(
    private readonly table: TableSource,
    private readonly options: ResponsesOptions,
    private readonly database: Database,
    private readonly folder: string,
  ) {}

  /**
   * @param output the file that predictions will be written to: what is needed on the way stands beside it
   * @throws GramkitError DATA_MISSING, DATA_EMPTY, DATA_MALFORMED with the nearest column there is; OUTPUT_UNWRITABLE
   */
  static async open(file: string, output: string, options: ResponsesOptions): Promise<ResponsesInput> {
    const folder = partialPath(output, '.work');
    let database: Database | undefined;
    try {
      await refuseUnwritable(output, () => mkdir(folder));
      database = await openDatabase(join(folder, 'rows.duckdb'), { memoryLimit: sortingMemory, spillDirectory: join(folder, 'spill') });
      const { user, item, response } = options.columns;
      const table = await openInputTable(database, file, options, [user, item, response]);
      assertFree(table, options.probabilityColumn);
      await database.connection.run('CREATE TABLE predictions (record DOUBLE, probability FLOAT)');
      return new ResponsesInput(table, options, database, folder);
    } catch (error) {
      database?.close();
      await removeFolder(folder);
      throw error;
    }
  }

  /** Reads every row once and checks it. @throws GramkitError DATA_MALFORMED with the line, DATA_EMPTY */
  async check(onProgress: (rows: number) => void = () => {}): Promise<ResponsesSummary> {
    const { columns } = this.options;
    const items = new Map<string, number>();
    let rows = 0;
    for await (const [users, itemIds, responses, , times] of this.#rows()) {
      for (let row = 0; row < users!.length; row++) {
        rows++;
        if (isBlank(users![row]!)) throw await this.malformed(rows, columns.user, 'the user is missing', 'give every row a user');
        if (isBlank(itemIds![row]!)) throw await this.malformed(rows, columns.item, 'the item is missing', 'give every row an item');
        if (this.#responseOf(responses![row]!) === undefined) throw await this.malformed(rows, columns.response, `the response is '${String(responses![row])}', expected 0, 1, true, false or nothing`, 'correct it, or leave it empty to have it predicted alone');
        if (this.#time !== undefined && !Number.isFinite(times![row])) throw await this.malformed(rows, this.#time, 'the time is no number and no date', 'write a number or a date such as 2026-01-31 12:00:00');
        const item = itemIds![row] as string;
        if (!items.has(item)) items.set(item, rows);
      }
      onProgress(rows);
    }
    if (rows > 0) return { rows, items };
    throw new GramkitError('DATA_EMPTY', 'the file has no rows', { file: this.table.file, fix: 'give a file with rows behind its header' });
  }

  /** The rows user by user, a user's in order of time, or of the file where there is none. `check` has been called. */
  async *byUser(): AsyncGenerator<ResponseRows> {
    for await (const [users, items, responses, records] of this.#rows('ORDER BY u, t, record')) {
      yield { users: users as string[], items: items as string[], responses: Int8Array.from(responses!, (value) => this.#responseOf(value)!), records: records as number[] };
    }
  }

  /** Keeps the probability of a row; NaN where there is none to give. */
  async predict(record: number, probability: number): Promise<void> {
    this.#predictions ??= await ColumnAppender.open(await this.database.connect(), 'predictions', [DOUBLE, FLOAT]);
    this.#predictions.set(0, record);
    this.#predictions.set(1, probability);
    this.#predictions.endRow();
  }

  /**
   * Writes the rows of the file in their order, with the probability of each in a column more. Every row must have got one.
   * @throws GramkitError OUTPUT_UNWRITABLE, INTERRUPTED
   */
  async write(output: string): Promise<void> {
    this.#predictions?.close();
    this.#predictions = undefined;
    await this.#interruptible(() => copyPredictions(this.database, this.table, output, this.options.probabilityColumn));
  }

  /** An error at a row of the file. */
  async malformed(record: number, field: string, message: string, fix: string): Promise<GramkitError> {
    const line = await lineOfRecord(this.table, record);
    return new GramkitError('DATA_MALFORMED', line === undefined ? `row ${record}: ${message}` : message, { file: this.table.file, ...(line === undefined ? {} : { line }), field, fix });
  }

  async close(): Promise<void> {
    this.database.close();
    await removeFolder(this.folder);
  }

  /** The column of time, where the file has it. */
  get #time(): string | undefined {
    const { time } = this.options.columns;
    return time !== undefined && this.table.columns.includes(time) ? time : undefined;
  }

  #responseOf(value: DuckDBValue): number | undefined {
    if (isBlank(value)) return unknownResponse;
    const { correctValues } = this.options;
    return correctValues === undefined ? flagOf(value) : Number(correctValues.includes(value as string));
  }

  async *#rows(order = ''): AsyncGenerator<DuckDBValue[][]> {
    const { user, item, response } = this.options.columns;
    const time = this.#time === undefined ? 'NULL' : timeOf(identifier(this.#time));
    const sql = `SELECT ${identifier(user)} AS u, ${identifier(item)} AS i, ${identifier(response)} AS r, (row_number() OVER ())::DOUBLE AS record, ${time} AS t FROM (${this.table.sql})`;
    try {
      for await (const columns of streamColumns(this.database.connection, order === '' ? sql : `FROM (${sql}) ${order}`)) {
        this.#stopIfAborted();
        yield columns;
      }
    } catch (cause) {
      throw isGramkitError(cause) ? cause : tableError(this.table.file, cause);
    }
  }

  async #interruptible(work: () => Promise<void>): Promise<void> {
    const { signal } = this.options;
    const interrupt = () => this.database.connection.interrupt();
    signal?.addEventListener('abort', interrupt);
    try {
      this.#stopIfAborted();
      await work();
    } catch (error) {
      this.#stopIfAborted();
      throw error;
    } finally {
      signal?.removeEventListener('abort', interrupt);
    }
  }

  #stopIfAborted(): void {
    if (this.options.signal?.aborted === true) throw new GramkitError('INTERRUPTED', 'the prediction was interrupted; no output was written');
  }
}

/** Capital letters alone do not tell columns apart. @throws GramkitError DATA_MALFORMED */
function assertFree({ file, columns }: TableSource, name: string): void {
  if (!columns.some((column) => column.toLowerCase() === name.toLowerCase())) return;
  throw new GramkitError('DATA_MALFORMED', `there is a column '${name}' already, which is the name of the predictions`, { file, field: name, fix: 'name another column for the predictions (--column NAME)' });
}

async function removeFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  forgetPartial(folder);
}
