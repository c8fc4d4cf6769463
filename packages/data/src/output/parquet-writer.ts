import { mkdir, rename, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { FLOAT, LIST, VARCHAR, type DuckDBAppender, type DuckDBType } from '@duckdb/node-api';
import { dropCachedBlocks, identifier, literal, openDatabase, sortingMemoryLimit, withMemory, type Database } from '../store/database.js';
import { forgetPartial, partialPath } from './partial-path.js';
import { refuseUnwritable } from './refuse-unwritable.js';

/** What a column holds. */
export type ColumnKind = 'text' | 'texts' | 'numbers';

/** A value of a column, by its kind; null where there is none. */
export type ColumnValue = string | readonly string[] | readonly number[] | null;

const types: Readonly<Record<ColumnKind, DuckDBType>> = { text: VARCHAR, texts: LIST(VARCHAR), numbers: LIST(FLOAT) };

/** Rows between two flushes to disk. */
const rowsPerFlush = 2_048;

/** Writes rows to a Parquet file through a database on disk: memory does not grow with their number, and the file appears when it is whole. */
export class ParquetWriter {
  #unflushed = 0;

  private constructor(
    private readonly file: string,
    /** Folder of the database. */
    private readonly partial: string,
    private readonly database: Database,
    private readonly kinds: readonly ColumnKind[],
    private readonly appender: DuckDBAppender,
  ) {}

  /** @throws GramkitError OUTPUT_UNWRITABLE */
  static async create(file: string, columns: Readonly<Record<string, ColumnKind>>): Promise<ParquetWriter> {
    const partial = partialPath(file, '.rows');
    return refuseUnwritable(file, async () => {
      await mkdir(partial);
      const database = await openDatabase(join(partial, 'rows.duckdb'));
      const kinds = Object.values(columns);
      await database.connection.run(`CREATE TABLE rows (${Object.keys(columns).map((name, index) => `${identifier(name)} ${types[kinds[index]!].toString()}`).join(', ')})`);
      return new ParquetWriter(resolve(file), partial, database, kinds, await database.connection.createAppender('rows'));
    });
  }

  /** Appends rows, each with a value for every column. @throws GramkitError OUTPUT_UNWRITABLE */
  async append(rows: readonly (readonly ColumnValue[])[]): Promise<void> {
    await refuseUnwritable(this.file, async () => {
      for (const row of rows) this.#appendRow(row);
      this.#unflushed += rows.length;
      if (this.#unflushed < rowsPerFlush) return;
      this.#unflushed = 0;
      this.appender.flushSync();
      await dropCachedBlocks(this.database.connection);
    });
  }

  async finish(): Promise<void> {
    const whole = partialPath(this.file);
    await refuseUnwritable(this.file, async () => {
      this.appender.closeSync();
      const { connection } = this.database;
      await withMemory(connection, sortingMemoryLimit, () => connection.run(`COPY rows TO ${literal(whole)} (FORMAT parquet, ROW_GROUP_SIZE 20480)`));
      await rename(whole, this.file);
    }).finally(() => rm(whole, { force: true }));
    forgetPartial(whole);
    await this.discard();
  }

  /** Takes away what is unfinished; after `finish` nothing happens. */
  async discard(): Promise<void> {
    if (!forgetPartial(this.partial)) return;
    this.database.close();
    await rm(this.partial, { recursive: true, force: true });
  }

  #appendRow(row: readonly ColumnValue[]): void {
    row.forEach((value, column) => {
      const kind = this.kinds[column]!;
      if (value === null) this.appender.appendNull();
      else if (kind === 'text') this.appender.appendVarchar(value as string);
      else this.appender.appendList(value as readonly (string | number)[], types[kind] as ReturnType<typeof LIST>);
    });
    this.appender.endRow();
  }
}
