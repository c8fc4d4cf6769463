import type { DuckDBAppender, DuckDBConnection } from '@duckdb/node-api';

/** Writes one row of `users` for every run of events of one user: where a user's events do not stand together there are several. */
export class UserRuns {
  /** Row by row: rows of strings held back for a chunk would make the JavaScript heap grow. */
  readonly #appender: DuckDBAppender;
  #number = -1;
  #user: string | undefined;
  #events = 0;
  /** Whether the data set holds the user of the run out; null where it does not say. */
  heldOut: boolean | null = null;
  /** How many events of the run the data set holds out; null where its split is not one of events. */
  heldOutEvents: number | null = null;

  private constructor(appender: DuckDBAppender) {
    this.#appender = appender;
  }

  static async open(connection: DuckDBConnection): Promise<UserRuns> {
    return new UserRuns(await connection.createAppender('users'));
  }

  /** The number of the run at hand, from 0. */
  get number(): number {
    return this.#number;
  }

  get user(): string | undefined {
    return this.#user;
  }

  /** Counts an event of a user, in a new run where told to or where the user is another one. Returns whether it begins a run. */
  add(user: string, beginRun = false): boolean {
    const begins = beginRun || user !== this.#user;
    if (begins) this.#begin(user);
    this.#events++;
    return begins;
  }

  flush(): void {
    this.#appender.flushSync();
  }

  close(): void {
    this.#end();
    this.#appender.closeSync();
  }

  #begin(user: string): void {
    this.#end();
    this.#number++;
    this.#user = user;
    this.#events = 0;
    this.heldOut = null;
    this.heldOutEvents = null;
  }

  #end(): void {
    if (this.#user === undefined) return;
    this.#appender.appendUInteger(this.#number);
    this.#appender.appendVarchar(this.#user);
    this.#appender.appendUInteger(this.#events);
    if (this.heldOut === null) this.#appender.appendNull();
    else this.#appender.appendBoolean(this.heldOut);
    if (this.heldOutEvents === null) this.#appender.appendNull();
    else this.#appender.appendUInteger(this.heldOutEvents);
    this.#appender.endRow();
  }
}
