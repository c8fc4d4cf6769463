import { DuckDBDataChunk, type DuckDBAppender, type DuckDBConnection, type DuckDBType, type DuckDBVector } from '@duckdb/node-api';

/** Rows of a DuckDB vector: what one append takes. */
const chunkRows = 2048;

/** Chunks between two flushes: a row group of DuckDB, so that whole ones go straight to the file. */
const chunksPerFlush = 60;

/**
 * Appends rows of numbers and flags to a table through one chunk that is filled again and again: a long import makes hardly any garbage,
 * neither on the JavaScript heap nor outside it, where the collector would not see it.
 */
export class ColumnAppender {
  readonly #appender: DuckDBAppender;
  readonly #chunk: DuckDBDataChunk;
  readonly #vectors: readonly DuckDBVector[];
  #filled = 0;
  #unflushed = 0;

  private constructor(appender: DuckDBAppender, types: readonly DuckDBType[]) {
    this.#appender = appender;
    this.#chunk = DuckDBDataChunk.create(types, chunkRows);
    this.#vectors = types.map((_, column) => this.#chunk.getColumnVector(column));
  }

  static async open(connection: DuckDBConnection, table: string, types: readonly DuckDBType[]): Promise<ColumnAppender> {
    return new ColumnAppender(await connection.createAppender(table), types);
  }

  /** Sets a value of the row that is being filled. Every column must be set before `endRow`. */
  set(column: number, value: number | boolean): void {
    this.#vectors[column]!.setItem(this.#filled, value);
  }

  endRow(): void {
    if (++this.#filled === chunkRows) this.#pass();
  }

  /** Writes what is left and ends the appender. */
  close(): void {
    if (this.#filled > 0) this.#pass();
    this.#appender.closeSync();
  }

  #pass(): void {
    for (const vector of this.#vectors) vector.flush();
    if (this.#filled < chunkRows) this.#chunk.rowCount = this.#filled;
    this.#appender.appendDataChunk(this.#chunk);
    this.#filled = 0;
    if (++this.#unflushed < chunksPerFlush) return;
    this.#unflushed = 0;
    this.#appender.flushSync();
  }
}
