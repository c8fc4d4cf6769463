import type { ImpressionChunk } from '@gramkit/spec';
import type { DuckDBValue } from '@duckdb/node-api';
import { identifier, type Database } from '../store/database.js';
import type { ImpressionsOptions } from './impressions-options.js';
import { listOf } from './list-values.js';
import { assertColumns, malformedRecord, rowsOfTable, type TableSource } from './table-source.js';
import { flagOf, isBlank, timeOf } from './tabular-values.js';

/** The columns of the query, in its order. */
interface Stretch {
  readonly users: readonly DuckDBValue[];
  readonly histories: readonly DuckDBValue[];
  readonly candidates: readonly DuckDBValue[];
  readonly clicks: readonly DuckDBValue[];
  readonly times: readonly DuckDBValue[];
  readonly heldOut: readonly DuckDBValue[];
  readonly probabilities: readonly DuckDBValue[];
}

/** A row as a chunk has it. */
interface ReadImpression {
  readonly user: string;
  readonly history: readonly string[];
  readonly candidates: readonly string[];
  readonly clicks: Uint8Array;
  readonly time: number;
  readonly heldOut: 0 | 1;
  readonly probabilities: Float32Array;
}

interface Problem {
  readonly field: string;
  readonly problem: string;
  readonly fix: string;
}

/** The impressions of a table, in its order. @throws GramkitError DATA_MALFORMED with file and line, or row where the file has no lines. */
export async function* impressionsOfTable(table: TableSource, database: Database, { columns }: ImpressionsOptions): AsyncGenerator<ImpressionChunk> {
  assertColumns(table, Object.fromEntries(Object.entries(columns).map(([option, name]) => [`columns.${option}`, name])));
  let record = 0;
  for await (const [users, histories, candidates, clicks, times, heldOut, probabilities] of rowsOfTable(table, database, queryOf(table, columns))) {
    const stretch: Stretch = { users: users!, histories: histories!, candidates: candidates!, clicks: clicks!, times: times!, heldOut: heldOut!, probabilities: probabilities! };
    const read: ReadImpression[] = [];
    for (let row = 0; row < stretch.users.length; row++) {
      record++;
      const found = impressionOf(stretch, row, table, columns);
      if ('problem' in found) throw await malformedRecord(table, record, found.field, found.problem, found.fix);
      read.push(found);
    }
    yield chunkOf(read, columns);
  }
}

function queryOf(table: TableSource, columns: ImpressionsOptions['columns']): string {
  // Of JSON the text without its quotes.
  const text = (name: string): string => (table.format === 'jsonl' ? `(${identifier(name)} ->> '$')` : `${identifier(name)}::VARCHAR`);
  const optional = (name: string | undefined, as: (name: string) => string): string => (name === undefined ? 'NULL' : as(name));
  const lists = [columns.history, columns.candidates, columns.clicks].map(identifier).join(', ');
  return `SELECT ${text(columns.user)}, ${lists}, ${optional(columns.time, (name) => timeOf(text(name)))}, ${optional(columns.heldOut, text)}, ${optional(columns.probabilities, identifier)} FROM (${table.typedSql})`;
}

function impressionOf(stretch: Stretch, row: number, { format }: TableSource, columns: ImpressionsOptions['columns']): ReadImpression | Problem {
  const [user, time, flag] = [stretch.users[row]!, stretch.times[row]!, flagOf(stretch.heldOut[row]!)];
  const candidates = listOf(stretch.candidates[row]!, format);
  const clicks = listOf(stretch.clicks[row]!, format).map(flagOf);
  const probabilities = listOf(stretch.probabilities[row]!, format).map(Number);
  if (isBlank(user)) return { field: columns.user, problem: 'the user is missing', fix: 'give every impression a user' };
  if (candidates.length === 0) return { field: columns.candidates, problem: 'nothing was shown', fix: 'give every impression a candidate, or remove it' };
  if (clicks.length !== candidates.length) return { field: columns.clicks, problem: `there are ${clicks.length} entries for ${candidates.length} candidates`, fix: 'give each candidate a 0 or a 1' };
  if (clicks.includes(undefined)) return { field: columns.clicks, problem: 'an entry is neither 0 nor 1', fix: 'give each candidate a 0 or a 1' };
  if (columns.time !== undefined && !Number.isFinite(time)) return { field: columns.time, problem: 'the time is no number and no date', fix: 'write a number or a date such as 2026-01-31 12:00:00' };
  if (columns.heldOut !== undefined && flag === undefined) return { field: columns.heldOut, problem: 'it is neither 0, 1, true nor false', fix: 'correct it' };
  if (columns.probabilities !== undefined && !areProbabilities(probabilities, candidates.length)) return { field: columns.probabilities, problem: 'these are not as many probabilities as candidates', fix: 'give each candidate a number from 0 to 1' };
  return {
    user: user as string, history: listOf(stretch.histories[row]!, format), candidates, clicks: Uint8Array.from(clicks as number[]),
    time: Number(time), heldOut: flag ?? 0, probabilities: Float32Array.from(probabilities),
  };
}

function areProbabilities(values: readonly number[], count: number): boolean {
  return values.length === count && values.every((value) => value >= 0 && value <= 1);
}

function chunkOf(read: readonly ReadImpression[], columns: ImpressionsOptions['columns']): ImpressionChunk {
  return {
    userIds: read.map(({ user }) => user),
    histories: read.map(({ history }) => history),
    candidates: read.map(({ candidates }) => candidates),
    clicks: read.map(({ clicks }) => clicks),
    ...(columns.time === undefined ? {} : { times: Float64Array.from(read, ({ time }) => time) }),
    ...(columns.heldOut === undefined ? {} : { heldOut: Uint8Array.from(read, ({ heldOut }) => heldOut) }),
    ...(columns.probabilities === undefined ? {} : { probabilities: read.map(({ probabilities }) => probabilities) }),
  };
}
